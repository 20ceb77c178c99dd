import type { QuestionnaireResponseItem } from '@medplum/fhirtypes';
import type { TypeFilter } from './filter.ts';

/** Beginnings of `linkId` that say a conclusion, or a need with impact on autonomy or home. Resources, debts, family, justice have others. */
const SHOWN_TO_CLINICIANS = ['conclusion', 'besoin', 'autonomie', 'domicile', 'logement'] as const;

/** F2: the social analysis as clinicians need it. */
export const F2: TypeFilter = {
  keep: {
    questionnaire: 'whole',
    status: 'whole',
    subject: 'reference',
    authored: 'whole',
    author: 'reference',
    item: 'whole',
  },
  needs: ['item'],
  shape: (resource) =>
    resource.resourceType === 'QuestionnaireResponse' ? { ...resource, item: (resource.item ?? []).flatMap(shownOf) } : resource,
};

/** A group stays with those of its items that stay. */
function shownOf(item: QuestionnaireResponseItem): readonly QuestionnaireResponseItem[] {
  if (SHOWN_TO_CLINICIANS.some((beginning) => item.linkId.toLowerCase().startsWith(beginning))) return [item];
  const { linkId, item: parts = [] } = item;
  const shown = parts.flatMap(shownOf);
  return shown.length > 0 ? [{ linkId, item: shown }] : [];
}
