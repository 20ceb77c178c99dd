import type { Parameters } from '@medplum/fhirtypes';
import type { Hono } from 'hono';
import { SUCCESS } from '../../lib/fhir/outcome.ts';
import { parseParameters } from '../../lib/fhir/validate.ts';
import { accepted, type Result, refused } from '../../lib/platform/refusal.ts';
import { callerFrom, fhir, refusal } from '../http.ts';
import type { Runtime } from '../runtime.ts';
import { withBody } from './operation-body.ts';
import { validateRoutes } from './validate.ts';

/** Operations that look at no patient: `$validate`, and terminology on what this server carries. */
export function operationRoutes(app: Hono, run: Runtime): void {
  validateRoutes(app, run);
  for (const { path, answer } of TERMINOLOGY) {
    app.get(path, async (context) => {
      const caller = await callerFrom(context, run);
      return caller.ok ? answer(context.req.query(), run) : refusal(caller.refusals);
    });
    app.post(path, (context) =>
      withBody(run, context, async (body) => {
        const parsed = parseParameters(body);
        return parsed.ok ? answer(wordsOf(parsed.value), run) : refusal(parsed.refusals);
      }),
    );
  }
}

type Words = Readonly<Record<string, string>>;

const TERMINOLOGY: readonly { readonly path: string; readonly answer: (words: Words, run: Runtime) => Promise<Response> }[] = [
  { path: '/fhir/CodeSystem/$lookup', answer: async (words) => answered((await terminology()).lookUp(words)) },
  {
    path: '/fhir/CodeSystem/$validate-code',
    answer: async ({ url, system, ...words }) =>
      answered((await terminology()).validateCode({ ...words, ...systemOf(url ?? system) }, undefined)),
  },
  {
    path: '/fhir/ValueSet/$validate-code',
    answer: async ({ url = '', ...words }) => answered((await terminology()).validateCode(words, url)),
  },
  {
    path: '/fhir/ValueSet/$expand',
    answer: async ({ offset, count, ...words }, { ports }) => {
      const numbers = numbersOf({ offset, count });
      return numbers.ok
        ? answered((await terminology()).expandValueSet({ ...words, ...numbers.value }, ports.now()))
        : refusal(numbers.refusals);
    },
  },
];

/** Loaded by the first question: 96 KB that few clients need. */
function terminology(): Promise<typeof import('../../lib/fhir/terminology.ts')> {
  return import('../../lib/fhir/terminology.ts');
}

function systemOf(system: string | undefined): { system?: string } {
  return system === undefined ? {} : { system };
}

function numbersOf(words: { readonly [name: string]: string | undefined }): Result<{ readonly [name: string]: number }> {
  const numbers: Record<string, number> = {};
  for (const [name, word] of Object.entries(words)) {
    if (word === undefined) continue;
    if (!/^\d{1,9}$/.test(word)) {
      const diagnostics = `${name} is a whole number from 0.`;
      return refused({
        category: 'not-understood',
        code: 'parameter-value',
        expression: name,
        diagnostics,
        remedy: 'Donnez un entier positif.',
      });
    }
    numbers[name] = Number(word);
  }
  return accepted(numbers);
}

function answered(result: Result<Parameters | import('@medplum/fhirtypes').ValueSet>): Response {
  return result.ok ? fhir(result.value, SUCCESS.ok) : refusal(result.refusals);
}

/** Every parameter that says a word; a coding, or the first one of a concept, taken apart. */
function wordsOf({ parameter = [] }: Parameters): Words {
  const words: Record<string, string> = {};
  for (const {
    name,
    valueCoding,
    valueString,
    valueCode,
    valueUri,
    valueUrl,
    valueCanonical,
    valueInteger,
    valueCodeableConcept,
  } of parameter) {
    const coding = valueCoding ?? valueCodeableConcept?.coding?.[0];
    const word = valueString ?? valueCode ?? valueUri ?? valueUrl ?? valueCanonical ?? valueInteger;
    if (word !== undefined) words[name] = String(word);
    for (const part of ['system', 'code', 'display'] as const) if (coding?.[part]) words[part] = coding[part];
  }
  return words;
}
