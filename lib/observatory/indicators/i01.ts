import { all } from '../../coordination/types.ts';
import { parisDay } from '../../platform/instant.ts';
import type { Contribution, Indicator } from '../contribution.ts';

/** Requester categories of I-01, by the type of the reference or the profession that the Task says. */
const BY_TYPE: Readonly<Record<string, string>> = {
  Patient: 'personne',
  RelatedPerson: 'entourage',
  Organization: 'hopital',
  Device: 'systeme',
};

/**
 * I-01, requests by origin: requests received from each category, over all requests received, by month of reception.
 * @see domain.md 5, I-01; S1-10, S1-13
 */
export const i01: Indicator = {
  id: 'i-01',
  title: 'Demandes d’appui par origine',
  numeratorLabel: 'demandes de la catégorie',
  denominatorLabel: 'demandes reçues',
  kind: 'distribution',
  stratumLabels: {
    personne: 'la personne elle-même',
    entourage: 'son entourage',
    hopital: 'un hôpital',
    systeme: 'un logiciel',
    professionnel: 'un professionnel',
  },
  contributions: (compartment, facts) => {
    const keep: Contribution[] = [];
    const drop: { indicator: string; subject: string }[] = [];
    for (const task of all(compartment, 'Task')) {
      if (!task.code?.coding?.some(({ code }) => code === 'demande-appui')) continue;
      const { id = '', authoredOn, requester, status } = task;
      if (status === 'draft' || status === 'entered-in-error' || !authoredOn || facts.statisticsOpposedSince) {
        drop.push({ indicator: 'i-01', subject: id });
        continue;
      }
      const [type = ''] = (requester?.reference ?? '').split('/');
      keep.push({
        indicator: 'i-01',
        period: parisDay(new Date(authoredOn).toISOString()).slice(0, 7),
        subject: id,
        numerator: true,
        stratum: BY_TYPE[type] ?? 'professionnel',
      });
    }
    return { keep, drop };
  },
};
