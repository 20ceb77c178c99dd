/** M6, discharge episode: what hospitals send (`applyMovement`, `letterReceived`), what the clock says (`letterLate`), what people send (`EPISODE`). */
export { accountNumberChanged } from './account.ts';
export { applyMovement, type IntakeEffects } from './apply-movement.ts';
export { letterLate } from './late.ts';
export { letterReceived } from './letter.ts';
export { EPISODE } from './machine.ts';
export type { HospitalMovement } from './movement.ts';
