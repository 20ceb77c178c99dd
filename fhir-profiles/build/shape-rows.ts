/**
 * The rows that `lib/fhir/validation/shape.ts` reads: one JSON array a shape, `[parent, elements, rules, type]`, with what it
 * changes of its parent only. What each row means is told there.
 */
export type ElementRow = null | number | string | readonly unknown[] | { readonly [suffix: string]: ElementRow };
export type RuleRow = readonly [string, ...(readonly unknown[])];

export type Shape = {
  readonly parent: number;
  readonly type?: string;
  /** All of them, its parent's too; keys of choices end in `[x]`. */
  readonly elements: ReadonlyMap<string, ElementRow>;
  readonly rules: readonly RuleRow[];
};

/** The table of shapes, filled as definitions are met: a shape has its number before its content, so that types may recur. */
export class ShapeTable {
  readonly #numbers = new Map<string, number>();
  readonly #shapes: (Shape | undefined)[] = [];

  /** The number of what `key` identifies; `make` is called once. */
  declare(key: string, make: () => Shape): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#shapes.length;
    this.#numbers.set(key, number);
    this.#shapes.push(undefined);
    this.#shapes[number] = make();
    return number;
  }

  /** All elements of a shape that is made. */
  get(number: number): Shape {
    const shape = this.#shapes[number];
    if (!shape) throw new Error(`shape ${number} is not made yet`);
    return shape;
  }

  lines(): readonly string[] {
    return this.#shapes.map((_, number) => this.#line(this.get(number)));
  }

  #line({ parent, type, elements, rules }: Shape): string {
    const inherited = parent < 0 ? undefined : this.get(parent);
    const own = [...elements].filter(([key, row]) => !same(inherited?.elements.get(key), row));
    const added = rules.filter((rule) => !this.#inherits(parent, rule));
    return JSON.stringify([parent, Object.fromEntries(own), added, ...(type === undefined ? [] : [type])]);
  }

  /** Wrapping shapes hold their own rules only, so the whole line of parents is asked. */
  #inherits(parent: number, rule: RuleRow): boolean {
    if (parent < 0) return false;
    const shape = this.get(parent);
    return shape.rules.some((one) => same(one, rule)) || this.#inherits(shape.parent, rule);
  }
}

/** Rows of text that others name by number, each once. */
export class Pool {
  readonly #numbers = new Map<string, number>();

  add(text: string): number {
    const known = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, known);
    return known;
  }

  lines(): readonly string[] {
    return [...this.#numbers.keys()];
  }
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
