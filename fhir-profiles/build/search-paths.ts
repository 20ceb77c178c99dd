import type { ElementDefinition, StructureDefinition, ValueSet } from '@medplum/fhirtypes';

/** A place in the definitions, and the JavaScript that yields the nodes standing there. */
type Place = {
  readonly code: string;
  readonly datatype: string;
  /** Snapshot and path whose children come next: own ones for a BackboneElement, those of the datatype otherwise. */
  readonly structure: string;
  readonly path: string;
  /** Implied code system of a bound `code`. */
  readonly system?: string;
  /** Made by a choice element that no `ofType` has narrowed yet. */
  readonly isChoice?: boolean;
};

/** Datatypes whose values a parameter type can compare; other branches of a choice are not looked at. */
const COMPARABLE: Readonly<Record<string, readonly string[]>> = {
  date: ['date', 'dateTime', 'instant', 'Period', 'Timing'],
  string: ['string', 'markdown', 'uri', 'HumanName', 'Address', 'CodeableConcept'],
  token: ['code', 'id', 'string', 'uri', 'url', 'boolean', 'Coding', 'CodeableConcept', 'Identifier', 'ContactPoint'],
  reference: ['Reference', 'canonical', 'uri'],
  uri: ['uri', 'url', 'canonical', 'oid', 'uuid'],
  quantity: ['Quantity', 'Age', 'Duration', 'Count', 'Distance', 'Money', 'SimpleQuantity', 'Range'],
  number: ['integer', 'decimal', 'positiveInt', 'unsignedInt'],
};

/**
 * Translates the FHIRPath of search parameters into plain path walks. Knows paths, unions, choice elements with
 * `ofType`, `as()` and `as`, `where(field='v')`, `where(resolve() is T)` and `x.exists() and x != false`; throws on
 * anything else, so that a new shape stops the build.
 */
export class Paths {
  readonly #structures: ReadonlyMap<string, StructureDefinition>;
  readonly #valueSets: ReadonlyMap<string, ValueSet>;

  constructor(structures: ReadonlyMap<string, StructureDefinition>, valueSets: ReadonlyMap<string, ValueSet>) {
    this.#structures = structures;
    this.#valueSets = valueSets;
  }

  /** Source of a function from resource to search values. */
  extractor(type: string, expression: string, parameterType: string): string {
    const branches = branchesOf(type, expression);
    if (branches.length === 0) throw new Error(`no branch for ${type} in ${expression}`);
    const truth = /^(\S+)\.exists\(\) and (\S+) != false$/.exec(branches[0] ?? '');
    if (truth?.[1] !== undefined && truth[1] === truth[2]) {
      const nodes = this.#walk(type, truth[1]).map(({ code }) => `...${code}`);
      return `(r) => as([[${nodes.join(', ')}].some((value) => value !== false)], 'boolean')`;
    }
    return this.#valuesOf(
      branches.flatMap((branch) => this.#walk(type, branch)),
      parameterType,
      `${type}: ${expression}`,
    );
  }

  /** The same for a component of a composite: `r` is one repetition of the base. */
  componentExtractor(type: string, base: string, expression: string, parameterType: string): string {
    const places = branchesOf(type, base).flatMap((branch) => this.#walk(type, branch));
    const parts = splitTop(expression, '|').flatMap((branch) =>
      places.flatMap((place) => this.#steps({ ...place, code: '[r]' }, splitTop(unwrap(branch), '.'), branch)),
    );
    return this.#valuesOf(parts, parameterType, `${type}: ${expression}`);
  }

  #valuesOf(places: readonly Place[], parameterType: string, where: string): string {
    const wanted = parameterType === 'composite' ? undefined : COMPARABLE[parameterType];
    if (parameterType !== 'composite' && !wanted) throw new Error(`parameter type ${parameterType} is not served (${where})`);
    const kept = places.filter(({ datatype }) => !wanted || wanted.includes(datatype));
    if (kept.length === 0)
      throw new Error(`${where}: no value that a ${parameterType} compares, only ${places.map(({ datatype }) => datatype).join(', ')}`);
    const unmeant = places.find((place) => !kept.includes(place) && !place.isChoice);
    if (unmeant) throw new Error(`${where}: a ${parameterType} does not compare ${unmeant.datatype}`);
    const lists = kept.map(({ code, datatype, system }) => `as(${[code, quote(datatype), ...(system ? [quote(system)] : [])].join(', ')})`);
    return `(r) => ${lists.length === 1 ? lists[0] : `[${lists.map((list) => `...${list}`).join(', ')}]`}`;
  }

  #walk(type: string, branch: string): readonly Place[] {
    const [, ...steps] = splitTop(branch, '.');
    return this.#steps({ code: '[r]', datatype: type, structure: type, path: type }, steps, branch);
  }

  #steps(start: Place, steps: readonly string[], branch: string): readonly Place[] {
    return steps.reduce<readonly Place[]>((places, step) => places.flatMap((place) => this.#step(place, step, branch)), [start]);
  }

  #step(place: Place, step: string, branch: string): readonly Place[] {
    const ofType = /^(?:ofType|as)\((\w+)\)$/.exec(step)?.[1];
    if (ofType !== undefined) return place.datatype === ofType ? [place] : [];
    const target = /^where\(resolve\(\) is (\w+)\)$/.exec(step)?.[1];
    if (target !== undefined) return [{ ...place, code: `${place.code}.filter(isTo(${quote(target)}))` }];
    const [, field, value] = /^where\((\w+)\s*=\s*'([^']*)'\)$/.exec(step) ?? [];
    if (field !== undefined && value !== undefined) {
      return [{ ...place, code: `${place.code}.filter((node) => node?.${field} === ${quote(value)})` }];
    }
    if (!/^[a-zA-Z]\w*$/.test(step)) throw new Error(`cannot translate ${step} in ${branch}`);
    return this.#child(place, step, branch);
  }

  #child(place: Place, name: string, branch: string): readonly Place[] {
    const plain = this.#element(place, `${place.path}.${name}`);
    const choice = plain ? undefined : this.#element(place, `${place.path}.${name}[x]`);
    const element = plain ?? choice;
    if (!element) throw new Error(`${place.path} has no ${name} (${branch})`);
    if (element.contentReference) {
      return [
        {
          code: `get(${place.code}, ${quote(name)})`,
          datatype: 'BackboneElement',
          structure: place.structure,
          path: element.contentReference.slice(1),
        },
      ];
    }
    return (element.type ?? []).map(({ code }): Place => {
      const datatype = code.startsWith('http') ? 'string' : code;
      const isOwn = datatype === 'BackboneElement' || datatype === 'Element';
      const system = datatype === 'code' ? this.#systemOf(element) : undefined;
      return {
        code: `get(${place.code}, ${quote(choice ? `${name}${code.charAt(0).toUpperCase()}${code.slice(1)}` : name)})`,
        datatype: element.path === `${place.structure}.id` && place.path === place.structure ? 'id' : datatype,
        structure: isOwn ? place.structure : datatype,
        path: isOwn ? element.path : datatype,
        ...(system === undefined ? {} : { system }),
        ...(choice ? { isChoice: true } : {}),
      };
    });
  }

  #element(place: Place, path: string): ElementDefinition | undefined {
    const structure = this.#structures.get(`http://hl7.org/fhir/StructureDefinition/${place.structure}`);
    return structure?.snapshot?.element.find((element) => element.path === path);
  }

  /** The one code system behind a required binding; none when the value set draws on several. */
  #systemOf({ binding }: ElementDefinition): string | undefined {
    if (binding?.strength !== 'required' || !binding.valueSet) return undefined;
    const includes = this.#valueSets.get(binding.valueSet.split('|')[0] ?? '')?.compose?.include ?? [];
    const systems = new Set(includes.map(({ system }) => system));
    return systems.size === 1 ? [...systems][0] : undefined;
  }
}

/** The branches of a union that start at this type, in path form. */
function branchesOf(type: string, expression: string): readonly string[] {
  return splitTop(expression, '|')
    .map(unwrap)
    .filter((branch) => branch.startsWith(`${type}.`) || /^(Domain)?Resource\./.test(branch) || branch === type);
}

/** Without outer parentheses; `x as T` as `x.ofType(T)`. */
function unwrap(branch: string): string {
  const trimmed = branch.trim();
  const inner = /^\((.*)\)$/.exec(trimmed)?.[1];
  if (inner !== undefined) return unwrap(inner);
  return trimmed.replace(/^(\S+) as (\w+)$/, '$1.ofType($2)');
}

/** Splits at a character that no parenthesis encloses. */
function splitTop(text: string, separator: '|' | '.'): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const char of text) {
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (char === separator && depth === 0) parts.push('');
    else parts.push((parts.pop() ?? '') + char);
  }
  return parts;
}

function quote(text: string): string {
  return `'${text}'`;
}
