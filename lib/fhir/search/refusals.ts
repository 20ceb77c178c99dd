import type { Refusal, Warning } from '../../platform/refusal.ts';
import type { ResourceType } from '../types.ts';
import { parameterNames } from './table.ts';

/** What can be wrong with a search, in one place so that the same mistake always reads the same. */

export function unknownParameter(type: ResourceType, name: string): Warning {
  return {
    code: 'unknown-search-parameter',
    expression: shown(name),
    diagnostics: `unknown search parameter "${shown(name)}" of ${type}; served: ${parameterNames(type).join(', ')}`,
    remedy: `Le paramètre « ${shown(name)} » n’existe pas pour ${type} : retirez-le ou choisissez-en un parmi ceux qui sont servis.`,
  };
}

export function emptyParameter(name: string): Warning {
  return {
    code: 'empty-search-parameter',
    expression: shown(name),
    diagnostics: `search parameter "${shown(name)}" has no value`,
    remedy: `Donnez une valeur au paramètre « ${shown(name)} » ou retirez-le.`,
  };
}

export function notServed(name: string): Warning {
  return {
    code: 'search-parameter-not-supported',
    expression: shown(name),
    diagnostics: `"${shown(name)}" is defined by FHIR but not supported by this server`,
    remedy: `Retirez « ${shown(name)} » : cherchez par les paramètres propres au type, dossier par dossier.`,
  };
}

/** @param problem what is not served, or not a reference, in English */
export function chainNotServed(name: string, problem: string): Refusal {
  return {
    category: 'not-understood',
    code: 'chain-not-supported',
    expression: shown(name),
    diagnostics: `"${shown(name)}": ${problem}`,
    remedy: `Corrigez « ${shown(name)} » : une chaîne suit des références (patient.name, focus:EpisodeOfCare.status), _has les remonte (_has:CarePlan:patient:status).`,
  };
}

/** Lengths are bounded: each link may fan out over several types. */
export function chainTooLong(name: string, linksMax: number): Refusal {
  return {
    category: 'too-costly',
    code: 'too-costly',
    expression: shown(name),
    diagnostics: `"${shown(name)}" follows more than ${linksMax} references`,
    remedy: `Suivez ${linksMax} références au plus ; cherchez d’abord la ressource intermédiaire.`,
  };
}

export function includeNotServed(part: string, type: ResourceType, served: readonly string[]): Warning {
  return {
    code: 'include-not-supported',
    expression: shown(part),
    diagnostics: `"${shown(part)}" follows no reference from or to ${type}; served: ${['*', ...served].join(', ')}`,
    remedy: `Corrigez « ${shown(part)} » : Type:paramètre, Type:paramètre:Cible ou « * » ; /fhir/metadata donne la liste.`,
  };
}

/** R4 search.html 3.1.1.5.8. */
export function textWithIncludes(): Refusal {
  return {
    category: 'not-understood',
    code: 'summary-text-with-include',
    expression: '_summary',
    diagnostics: '_include and _revinclude cannot be mixed with _summary=text',
    remedy: 'Retirez _include et _revinclude, ou choisissez un autre _summary.',
  };
}

/** What is a warning when leniency was asked for stops the search under `Prefer: handling=strict`. */
export function asRefusal(warning: Warning): Refusal {
  return { ...warning, category: 'not-understood' };
}

export function modifierNotServed(name: string, modifier: string, served: readonly string[]): Refusal {
  const list = served.map((each) => `:${each}`).join(', ');
  return {
    category: 'not-understood',
    code: 'modifier-not-supported',
    expression: shown(`${name}:${modifier}`),
    diagnostics: `modifier ":${shown(modifier)}" is not supported on "${name}"; supported: ${list}`,
    remedy: `Retirez « :${shown(modifier)} » ou remplacez-le par l’un de ceux-ci : ${list}.`,
  };
}

/** @param expected what the value should look like, in French with an example */
export function badValue(name: string, problem: string, expected: string): Refusal {
  return {
    category: 'not-understood',
    code: 'invalid-search-value',
    expression: shown(name),
    diagnostics: `value of "${shown(name)}": ${problem}`,
    remedy: `Corrigez la valeur de « ${shown(name)} » : ${expected}.`,
  };
}

/** @param carried canonicals that could be named instead */
export function notCarried(name: string, what: 'value set' | 'code system', carried: readonly string[]): Refusal {
  return {
    category: 'unprocessable',
    code: 'terminology-not-carried',
    expression: shown(name),
    diagnostics: `value of "${shown(name)}": this ${what} is not carried by this server; carried: ${carried.join(', ')}`,
    remedy: `Énumérez les codes (${shown(name).split(':')[0]}=système|code,système|code), ou nommez une terminologie portée par ce serveur.`,
  };
}

export function repeated(name: string): Refusal {
  return {
    category: 'not-understood',
    code: 'repeated-parameter',
    expression: name,
    diagnostics: `"${name}" is given more than once`,
    remedy: `Donnez « ${name} » une seule fois.`,
  };
}

export function severalPatients(): Refusal {
  return {
    category: 'not-understood',
    code: 'several-patients',
    expression: 'patient',
    diagnostics: 'patient.identifier takes one identifier, and no other parameter that names the patient beside it',
    remedy: 'Désignez un seul patient, par sa référence ou par un seul identifiant.',
  };
}

/** A number alone may be anybody's in any system, and the index knows keyed hashes of both together. */
export function systemNeeded(name: string): Refusal {
  return {
    category: 'not-understood',
    code: 'system-needed',
    expression: shown(name),
    diagnostics: `${shown(name)} needs system|value`,
    remedy: 'Écrivez système|valeur, par exemple urn:oid:1.2.250.1.213.1.4.8|<INS>.',
  };
}

/** Parameter names come from outside: enough of one to recognise it. */
function shown(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name;
}
