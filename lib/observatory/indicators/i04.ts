import { etatOf } from '../../coordination/etat.ts';
import { all } from '../../coordination/types.ts';
import { LETTRE_DE_LIAISON_SORTIE } from '../../fhir/vocabulary.ts';
import { parisDay } from '../../platform/instant.ts';
import type { Contribution, Indicator } from '../contribution.ts';

/**
 * I-04, letters on the day of discharge: discharges home whose letter was received on the date of discharge
 * (Europe/Paris), over discharges home, not cancelled, not deceased.
 * @see domain.md 5, I-04; L-08
 */
export const i04: Indicator = {
  id: 'i-04',
  title: 'Lettres de liaison reçues le jour de la sortie',
  numeratorLabel: 'lettres reçues le jour même',
  denominatorLabel: 'sorties à domicile',
  kind: 'rate',
  contributions: (compartment, facts) => {
    const keep: Contribution[] = [];
    const drop: { indicator: string; subject: string }[] = [];
    const tasks = all(compartment, 'Task').filter(({ code }) => code?.coding?.some((coding) => coding.code === 'lettre-de-liaison'));
    for (const encounter of all(compartment, 'Encounter')) {
      const { id = '', period, status, serviceProvider } = encounter;
      const task = tasks.find(
        ({ encounter: stay, focus, reasonReference }) =>
          [stay, focus, reasonReference].some((one) => one?.reference === `Encounter/${id}`) ||
          encounter.episodeOfCare?.some(({ reference }) => reference === focus?.reference),
      );
      if (status !== 'finished' || !period?.end || !task || task.status === 'cancelled' || facts.statisticsOpposedSince) {
        drop.push({ indicator: 'i-04', subject: id });
        continue;
      }
      const day = parisDay(new Date(period.end).toISOString());
      const received = all(compartment, 'DocumentReference')
        .filter(
          (document) =>
            document.type?.coding?.some(({ code }) => code === LETTRE_DE_LIAISON_SORTIE) &&
            document.context?.encounter?.some(({ reference }) => reference === `Encounter/${id}`),
        )
        .map(({ meta, date }) => meta?.lastUpdated ?? date ?? '')
        .sort()[0];
      const completedOn = task.executionPeriod?.end ?? received;
      keep.push({
        indicator: 'i-04',
        period: day.slice(0, 7),
        subject: id,
        numerator:
          etatOf(task) !== 'lettre-en-retard' && completedOn !== undefined && parisDay(new Date(completedOn).toISOString()) === day,
        ...(serviceProvider?.reference ? { structure: serviceProvider.reference } : {}),
      });
    }
    return { keep, drop };
  },
};
