import { searchParametersOf } from '../generated/search-parameters.js';
import type { ResourceType } from '../types.ts';
import type { SearchParameter } from './parameter.ts';

/** The parameter of that name, compiled at build time; `undefined` for a name that the type does not have. */
export function parameterOf(type: ResourceType, name: string): SearchParameter | undefined {
  const ofType = searchParametersOf(type);
  return Object.hasOwn(ofType, name) ? ofType[name] : undefined;
}

/** Names served for a type, in order. */
export function parameterNames(type: ResourceType): readonly string[] {
  return Object.keys(searchParametersOf(type));
}
