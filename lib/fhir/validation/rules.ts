import { codingIn, conceptIn, extensionCount, fixed, missing, ownCode, referenceTo, tooFew } from './checks.ts';
import { type JsonObject, reportConstraint, type State } from './issue.ts';
import type { Constraint, Rule, Shape } from './shape.ts';
import { index } from './tables.ts';

/** One rule about an object as a whole; the letters are told in shape.ts. */
export function checkRule(rule: Rule, value: JsonObject, path: string, state: State, { elements }: Shape): void {
  const { letter, number, name } = rule;
  switch (letter) {
    case 'c':
      if (rule.constraint !== undefined) checkConstraint(rule.constraint, value, path, state);
      break;
    case 'r':
      if (value[name] === undefined && !occurs(value, name, elements)) missing(state, path, name);
      break;
    case 't':
      referenceTo(state, value, path, rule.set);
      break;
    case 'o':
      ownCode(state, value, path, index().ownCodes);
      break;
    case 'b':
      codingIn(state, value, path, rule.set, rule.flag);
      break;
    case 'B':
      conceptIn(state, value, path, rule.set, rule.flag);
      break;
    case 'f':
      if (value[name] !== undefined) fixed(state, value[name], path, name, rule.value, rule.flag);
      break;
    case 'm':
      tooFew(state, value[name], path, name, number);
      break;
    default:
      extensionCount(state, value['extension'], path, name, number, rule.countMax);
  }
}

function checkConstraint({ holds, key, human, remedy }: Constraint, value: JsonObject, path: string, state: State): void {
  if (holds(value, state) === false) reportConstraint(state, key, path, human, remedy);
}

/** A choice occurs by any of its types, a primitive by its value or by what stands in its place. */
function occurs(value: JsonObject, name: string, elements: Shape['elements']): boolean {
  if (elements.has(name)) return value[`_${name}`] !== undefined;
  for (const key in value) if (value[key] !== undefined && elements.get(key)?.choice === name) return true;
  return false;
}
