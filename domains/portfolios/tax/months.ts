/** Months counted from date to date (art. 5 Código Civil): where the month has no such day, its last one. */
import { type LocalDate, localDate } from '#kernel';

export function addMonths(date: LocalDate, months: number): LocalDate {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const count = year * 12 + month - 1 + months;
  const [toYear, toMonth] = [Math.floor(count / 12), (count % 12) + 1];
  const lastDay = new Date(Date.UTC(toYear, toMonth, 0)).getUTCDate();
  const pad = (part: number, width: number): string => String(part).padStart(width, '0');
  return localDate(`${pad(toYear, 4)}-${pad(toMonth, 2)}-${pad(Math.min(day, lastDay), 2)}`);
}
