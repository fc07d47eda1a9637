/** The kernel's door: pure building blocks; imports nothing outside this folder, does no I/O. */
export { Decimal, type Rounding } from './decimal.ts';
export {
  endpoint,
  type EndpointShape,
  event,
  type EventShape,
  type HttpMethod,
  type InputOf,
  type OutputOf,
  type Schema,
} from './endpoint.ts';
export { isUuid, uuidV7 } from './ids.ts';
export { USER_ROLES, type UserRole } from './roles.ts';
export { EVERY_ROW, isInScope, type RowOwner, type RowScope } from './row-scope.ts';
export {
  assert,
  AssertionFault,
  Fault,
  ok,
  type Ok,
  refuse,
  type Refusal,
  type Result,
  unreachable,
} from './result.ts';
export {
  addDays,
  type Clock,
  dateInZone,
  dateOfEpochDay,
  DAY_MS,
  epochDay,
  type LocalDate,
  localDate,
  parseLocalDate,
} from './time.ts';
