import type { Consent } from '@medplum/fhirtypes';
import type { Guard, Step } from '../machine.ts';
import { parameterRefusal } from '../machine-refusals.ts';
import { isRef } from '../refs.ts';
import { missingInformation, withInformation } from './information.ts';
import { denies, isCategory, normalised, type Scope } from './provision.ts';

type Act = Step<Consent>;

/** The consent with what the event says of the information given. */
export const informed = ({ carrier, request }: Act): Consent => withInformation(carrier, request.parameters, request.at);
export const informationIsComplete: Guard<Consent> = (step) => missingInformation(informed(step));

/** What an event limits or opposes. */
export function scopeOf({ parameters }: Act['request']): Scope {
  const { categorie, acteur, document } = parameters;
  return { ...(categorie ? { categorie } : {}), ...(acteur ? { acteur } : {}), ...(document ? { document } : {}) };
}

export const scopeIsWellFormed: Guard<Consent> = ({ request }) => {
  const { categorie, acteur, document } = scopeOf(request);
  return [
    ...(categorie === undefined || isCategory(categorie)
      ? []
      : [
          parameterRefusal(
            'categorie',
            'categorie-unknown',
            'categorie is medical, psy, social or vie-privee.',
            'Choisissez une catégorie connue.',
          ),
        ]),
    ...(['acteur', 'document'] as const).flatMap((name) => {
      const text = name === 'acteur' ? acteur : document;
      return text === undefined || isRef(text)
        ? []
        : [
            parameterRefusal(
              name,
              'reference-malformed',
              `${name} is a literal reference (Type/id).`,
              'Écrivez la référence sous la forme Type/id.',
            ),
          ];
    }),
  ];
};

export const limitIsSaid: Guard<Consent> = ({ carrier, request }) =>
  Object.keys(scopeOf(request)).length > 0 || denies(normalised(carrier)).length > 0
    ? []
    : [
        parameterRefusal(
          'categorie',
          'limit-missing',
          'A limit names a category, an actor or a document.',
          'Indiquez ce que la personne ne souhaite pas partager (categorie, acteur ou document).',
        ),
      ];

export const opposedIsNamed: Guard<Consent> = ({ request }) => {
  const { acteur, document } = scopeOf(request);
  return acteur !== undefined || document !== undefined
    ? []
    : [
        parameterRefusal(
          'acteur',
          'acteur-missing',
          'An opposition names an actor (or a document).',
          'Indiquez à qui la personne s’oppose.',
        ),
      ];
};
