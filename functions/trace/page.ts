import type { AuditEvent } from '@medplum/fhirtypes';
import { html } from 'hono/html';

type Html = ReturnType<typeof html>;

/** What an interaction was, told to the person whose data it is. */
const DEEDS: Readonly<Record<string, string>> = {
  read: 'a consulté',
  vread: 'a consulté une version',
  'history-instance': 'a consulté l’historique',
  'search-type': 'a recherché',
  everything: 'a consulté tout le dossier',
  create: 'a ajouté',
  update: 'a modifié',
  event: 'a fait avancer',
  'intake-hl7v2': 'a transmis un mouvement',
  'intake-cda': 'a transmis un document',
  notification: 'a été prévenu',
  publication: 'a envoyé au dossier médical partagé',
  trace: 'a consulté cette liste',
  transaction: 'a enregistré',
};

/** `/trace`: who saw what, when and why, in plain French; no script, readable on a phone. */
export function tracePage(events: readonly AuditEvent[]): Html {
  return html`<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Qui a vu mes informations ?</title></head>
<body>
<main><h1>Qui a vu mes informations ?</h1>
<p>${events.length === 0 ? 'Personne n’a consulté vos informations.' : 'De la plus récente à la plus ancienne.'}</p>
<ol>${events.map(line)}</ol>
<p>Une question, un doute ? Écrivez au délégué à la protection des données du réseau.</p></main>
</body>
</html>`;
}

function line(event: AuditEvent): Html {
  const [agent] = event.agent;
  const deed = event.subtype?.[0]?.code ?? '';
  const what = [
    ...new Set((event.entity ?? []).flatMap(({ what }) => what?.reference?.split('/')[0] ?? []).filter((type) => type !== 'Patient')),
  ].join(', ');
  const when = new Date(event.recorded).toLocaleString('fr-FR', { timeZone: 'Europe/Paris', dateStyle: 'long', timeStyle: 'short' });
  return html`<li><time datetime="${event.recorded}">${when}</time> : <strong>${agent?.name ?? agent?.who?.display ?? 'quelqu’un'}</strong> ${DEEDS[deed] ?? deed} ${what}</li>`;
}
