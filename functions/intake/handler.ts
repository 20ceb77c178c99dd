import { lambdaOf } from '../http.ts';
import { createIntake } from './app.ts';

/** Lambda entry of the intake. */
export const handler = lambdaOf(createIntake);
