import type { DemoDescription } from './demo/description.ts';
import { DEMO_ROLES, type DemoRole } from './demo/roles.ts';

/** What `npm start` prints: where everything is, and one request for each role. */
export function greeting(demo: DemoDescription, dataDir: string): string {
  return [
    `Relais         ${demo.base}`,
    `FHIR           ${demo.fhir}  (${demo.fhir}/metadata)`,
    `MLLP           ${demo.mllp.replace('mllp://', '')}  (CH des Essais)`,
    `Dépôt DMP      ${demo.base}/local/repository/DocumentReference`,
    `Horloge        ${demo.base}/local/clock`,
    `Observatoire   ${demo.base}/observatory`,
    `Données        ${dataDir}`,
    '',
    'Une requête par rôle (qui est là : npm run --silent demo) :',
    ...DEMO_ROLES.map((role) => `  ${role.padEnd(15)} ${curlOf(role, demo)}`),
    '',
  ].join('\n');
}

function curlOf(role: DemoRole, demo: DemoDescription): string {
  return `curl -s -H "Authorization: Bearer $(npm run --silent token -- ${role})" "${demo.base}${PATHS[role](demo)}"`;
}

const ofGiven =
  (type: string) =>
  ({ patients }: DemoDescription): string =>
    `/fhir/${type}?patient=${patients.given.reference}`;
const worklist =
  (role: DemoRole) =>
  ({ roles }: DemoDescription): string =>
    `/fhir/Task?owner=${roles[role].reference}`;

/** What each role would ask first. */
const PATHS: Readonly<Record<DemoRole, (demo: DemoDescription) => string>> = {
  hospital: ofGiven('Encounter'),
  clinician: ofGiven('Encounter'),
  hospital2: ofGiven('Encounter'),
  gp: ofGiven('CarePlan'),
  gp2: ofGiven('CarePlan'),
  nurse: ofGiven('CarePlan'),
  social: ofGiven('CarePlan'),
  coordinator: worklist('coordinator'),
  'gp@dac': ({ patients }) => `/fhir/CarePlan?patient=${patients['dac-informed'].reference}`,
  'coordinator@dac': worklist('coordinator@dac'),
  patient: ofGiven('AuditEvent'),
  representative: ({ patients }) => `/fhir/Encounter?patient=${patients.minor.reference}`,
  dashboard: () => '/fhir/Measure/i-04/$evaluate-measure?periodStart=2026-01-01&periodEnd=2026-12-31'.replace('$', '\\$'),
  dmp: ofGiven('DocumentReference'),
  association: ofGiven('CareTeam'),
  commune: ofGiven('ServiceRequest'),
  suspended: ofGiven('CarePlan'),
  outsider: ofGiven('CarePlan'),
  dpo: ofGiven('AuditEvent'),
  admin: () => '/fhir/PractitionerRole',
};
