/** Id of a row of domain.md section 4: what a trace and an explanation name. */
export type RuleId = `A-${number}`;
