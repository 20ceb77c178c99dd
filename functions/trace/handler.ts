import { lambdaOf } from '../http.ts';
import { createTrace } from './app.ts';

/** Lambda entry of the trace. */
export const handler = lambdaOf(createTrace);
