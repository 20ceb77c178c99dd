import type { Consent, Extension } from '@medplum/fhirtypes';
import { EXTENSION } from '../../fhir/vocabulary.ts';
import type { Instant } from '../../platform/instant.ts';
import type { Refusal } from '../../platform/refusal.ts';
import { extensionOf, withExtension } from '../etat.ts';
import { isRef } from '../refs.ts';

/** S0-11, L-05: what must be told of the information given before a person may accord; sub-extension, parameter, remedy. */
const PARTS = [
  { part: 'par', parameter: 'informePar', remedy: 'Indiquez qui a informé la personne.' },
  { part: 'moyen', parameter: 'moyen', remedy: 'Indiquez comment la personne a été informée (entretien, écrit, FALC, interprète…).' },
  { part: 'notice', parameter: 'notice', remedy: 'Indiquez la version de la notice d’information remise.' },
  {
    part: 'comprehensionVerifiee',
    parameter: 'comprehensionVerifiee',
    remedy: 'Vérifiez que la personne a compris, puis indiquez-le.',
  },
] as const;

/** The consent with what an event's parameters say of the information given. */
export function withInformation(consent: Consent, parameters: Readonly<Record<string, string>>, at: Instant): Consent {
  const said = PARTS.flatMap(({ part, parameter }) => {
    const text = parameters[parameter];
    return text === undefined ? [] : [partOf(part, text)];
  });
  if (said.length === 0) return consent;
  const former = extensionOf(consent, EXTENSION.information)?.extension ?? [];
  const parts = [...said, { url: 'date', valueDateTime: at }];
  const kept = former.filter(({ url }) => !parts.some((part) => part.url === url));
  return withExtension(consent, { url: EXTENSION.information, extension: [...kept, ...parts] });
}

function partOf(url: string, text: string): Extension {
  if (url === 'comprehensionVerifiee') return { url, valueBoolean: text === 'true' };
  return isRef(text) ? { url, valueReference: { reference: text } } : { url, valueString: text };
}

/** The parts of the information that are missing, one refusal each, naming the element (S0-11). */
export function missingInformation(consent: Consent): readonly Refusal[] {
  const said = extensionOf(consent, EXTENSION.information)?.extension ?? [];
  const isVerified = consent.verification?.some(({ verified }) => verified) === true;
  return PARTS.filter(
    ({ part }) => !(said.some((one) => one.url === part && isFilled(one)) || (part === 'comprehensionVerifiee' && isVerified)),
  ).map(
    ({ part, remedy }): Refusal => ({
      category: 'unprocessable',
      code: 'information-incomplete',
      expression: `Consent.extension('${EXTENSION.information}').extension('${part}')`,
      diagnostics: `An accord needs to know of the information given: ${part} is missing (S0-11, L-05).`,
      remedy,
    }),
  );
}

function isFilled({ url: _url, id: _id, valueBoolean, ...values }: Extension): boolean {
  return valueBoolean === true || Object.values(values).some((value) => value !== undefined && value !== '');
}
