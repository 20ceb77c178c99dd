import type { Refusal } from '../../platform/refusal.ts';

/** The Parameters are no FHIRPath Patch (400). */
export function malformedPatch(expression: string, diagnostics: string): Refusal {
  return {
    category: 'not-understood',
    code: 'patch-malformed',
    expression,
    diagnostics,
    remedy: 'Envoyez des Parameters « operation » : type, path et, selon le type, name, value, index, source, destination.',
  };
}

export function malformedPath(path: string, why: string): Refusal {
  return {
    category: 'not-understood',
    code: 'patch-path',
    expression: path.slice(0, 120),
    diagnostics: `The path is not one that a patch may have: ${why}.`,
    remedy: "Écrivez un chemin simple : Type.element[0].element, where(a = 'x'), extension('url').",
  };
}

/** The operation is one, but not for this resource (422). */
export function inapplicable(index: number, diagnostics: string): Refusal {
  return {
    category: 'unprocessable',
    code: 'patch-inapplicable',
    expression: `Parameters.parameter[${index}]`,
    diagnostics: `Operation ${index} does not apply: ${diagnostics}.`,
    remedy: 'Relisez la ressource et corrigez le chemin, l’index ou la valeur.',
  };
}
