import type { CarePlan, Extension, Task } from '@medplum/fhirtypes';
import type { RelaisResource } from '../../fhir/types.ts';
import { EXTENSION } from '../../fhir/vocabulary.ts';
import { afterWorkingDays } from '../calendar.ts';
import { withExtension } from '../etat.ts';
import type { Step } from '../machine.ts';
import { isOpposed, isRef, medecinTraitantOf, refOf, speaksFor } from '../refs.ts';
import { rulesOf } from '../rules.ts';
import { isOpen, newTask, taskCodeOf } from '../tasks.ts';
import { all, type Effects, type Situation } from '../types.ts';
import { latestReview } from './guards.ts';
import { opinionTask, unanswered } from './opinions.ts';
import { activityIdOf, isOver, replacedBy, revisedBy, withPlanState } from './plan.ts';

type Act = Step<CarePlan>;

/** Acts on one version, which the next one does not inherit. */
const OF_ONE_VERSION: readonly string[] = [EXTENSION.etat, EXTENSION.accord, EXTENSION.avis, EXTENSION.dateRevision];

/** A draft with the content of a plan, none of its acts. */
function draftFrom(plan: CarePlan, { situation, request }: Act): CarePlan {
  const {
    id: _id,
    meta: _meta,
    text: _text,
    identifier: _identifier,
    replaces: _replaces,
    period: _period,
    note: _note,
    extension,
    ...content
  } = plan;
  const kept = (extension ?? []).filter(({ url }) => !OF_ONE_VERSION.includes(url));
  const activity = (plan.activity ?? []).map((one) => withoutOpinions(one));
  return withPlanState(
    {
      ...content,
      id: situation.newId(),
      created: request.at,
      ...(activity.length > 0 ? { activity } : {}),
      ...(kept.length > 0 ? { extension: kept } : {}),
    },
    'brouillon',
  );
}

function withoutOpinions<T extends { extension?: Extension[] }>({
  extension,
  ...rest
}: T): Omit<T, 'extension'> & { extension?: Extension[] } {
  const kept = (extension ?? []).filter(({ url }) => url !== EXTENSION.avis);
  return { ...rest, ...(kept.length > 0 ? { extension: kept } : {}) };
}

/** M3, réviser: the plan goes on, and a draft beside it `replaces` it; its médecin traitant is told (S1-28). */
export function revise(step: Act): Effects {
  const carrier = withPlanState(step.carrier, 'en-revision');
  const draft: CarePlan = { ...draftFrom(step.carrier, step), replaces: [{ reference: refOf(step.carrier) }] };
  return { writes: [carrier, draft, ...doctorTold(draft, step)], carrier };
}

function doctorTold(plan: CarePlan, { request: { at }, situation }: Act): readonly Task[] {
  const doctor = medecinTraitantOf(situation.facts, at);
  const isTold = doctor !== undefined && !speaksFor(situation.by, doctor) && !isOpposed(situation.facts, doctor, at);
  return isTold ? [opinionTask(plan, doctor, at, situation)] : [];
}

/** M3, rouvrir: a closed plan stays closed; a new draft is based on it. */
export function reopen(step: Act): Effects {
  const based = step.carrier.basedOn ?? [];
  const carrier: CarePlan = { ...draftFrom(step.carrier, step), basedOn: [...based, { reference: refOf(step.carrier) }] };
  return { writes: [carrier], carrier };
}

/**
 * M3, valider: the plan becomes active with the person's accord on it; the one that it replaces is revoked in the same
 * effects, its progress kept. Without a médecin traitant the coordinator looks for one (S1-28).
 */
export function activate(step: Act): Effects {
  const { carrier: draft, request, situation } = step;
  const former = revisedBy(draft, situation);
  const review = draft.extension?.some(({ url }) => url === EXTENSION.dateRevision) === true;
  const accorded = withExtension(progressed(draft, former), accordExtension(request.parameters));
  const dated = review ? accorded : withExtension(accorded, { url: EXTENSION.dateRevision, valueDate: latestReview(step) });
  const carrier: CarePlan = withPlanState({ ...dated, period: { ...draft.period, start: draft.period?.start ?? request.at } }, 'actif');
  const replaced = former ? [replacedBy({ ...former, period: { ...former.period, end: request.at } })] : [];
  return {
    writes: [carrier, ...replaced, ...unanswered(draft, situation, request.at), ...searchForDoctor(carrier, request.at, situation)],
    carrier,
  };
}

/** What was done, abandoned or declined on the old version meanwhile. */
function progressed(draft: CarePlan, former: CarePlan | undefined): CarePlan {
  if (!former || !draft.activity) return draft;
  const over = new Map((former.activity ?? []).filter(isOver).map((one) => [activityIdOf(one), one.detail]));
  return {
    ...draft,
    activity: draft.activity.map((one) => {
      const before = over.get(activityIdOf(one));
      if (!before || !one.detail || isOver(one)) return one;
      const { status, statusReason } = before;
      return { ...one, detail: { ...one.detail, status, ...(statusReason ? { statusReason } : {}) } };
    }),
  };
}

function accordExtension({ accordPar = '', accordComment = '', accordLe = '' }: Act['request']['parameters']): Extension {
  return {
    url: EXTENSION.accord,
    extension: [
      isRef(accordPar) ? { url: 'par', valueReference: { reference: accordPar } } : { url: 'par', valueString: accordPar },
      { url: 'comment', valueString: accordComment },
      { url: 'le', valueDateTime: accordLe },
    ],
  };
}

/** The accord that a body carries, as the parameters of the event that it stands for. */
export function accordIn({ extension }: CarePlan): Readonly<Record<string, string>> {
  const parts = extension?.find(({ url }) => url === EXTENSION.accord)?.extension ?? [];
  const part = (url: string): Extension | undefined => parts.find((one) => one.url === url);
  const [par, comment, le] = [part('par'), part('comment'), part('le')];
  const said = {
    accordPar: par?.valueReference?.reference ?? par?.valueString,
    accordComment: comment?.valueString,
    accordLe: le?.valueDateTime ?? le?.valueDate,
  };
  return Object.fromEntries(Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function searchForDoctor(plan: CarePlan, at: string, situation: Situation): readonly RelaisResource[] {
  const isSearched = all(situation.compartment, 'Task').some((task) => taskCodeOf(task) === 'recherche-mt' && isOpen(task));
  if (medecinTraitantOf(situation.facts, at) !== undefined || isSearched) return [];
  const rules = rulesOf(situation);
  return [
    newTask(situation, {
      code: 'recherche-mt',
      owner: situation.coordinator,
      due: afterWorkingDays(at, rules.rechercheMtWorkingDays, rules),
      focus: refOf(plan),
      requester: situation.by.reference,
    }),
  ];
}
