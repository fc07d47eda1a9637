/** Words of an alert's back-test. */
import { defineTexts } from '#web/i18n';

export const alertBacktestTexts = defineTexts({
  es: {
    title: 'Qué habría pasado',
    rearming: 'Habría avisado {count} {count|vez|veces} desde el {from}: {years}.',
    once: 'Habría avisado una vez, el {first}, y se habría apagado. Desde el {from} se cruzó {count} {count|vez|veces}: {years}.',
    never: 'No habría avisado ni una vez desde el {from}.',
    year: '{count} en {year}',
    basis:
      'Con los cierres diarios guardados ({days} días). Lo que cruza y vuelve dentro de un mismo día no se ve aquí.',
    many: 'Avisaría muy a menudo. Prueba con un valor más exigente.',
    noHistory: 'Todavía no hay cierres guardados de este activo. Llegarán solos; la alerta ya puede vigilar.',
    noVolume: 'Los cierres guardados de este activo no traen volumen. La alerta vigilará cuando el proveedor lo diga.',
    tooShort: 'Hay muy pocos cierres guardados para saberlo ({days}).',
    crossing: '{day}: {figure}',
    close: 'Cierre',
    volume: 'Unidades negociadas',
    days: 'Días en que habría saltado',
    looking: 'Mirando el historial…',
  },
  en: {
    title: 'What would have happened',
    rearming: 'It would have fired {count} {count|time|times} since {from}: {years}.',
    once: 'It would have fired once, on {first}, and switched off. Since {from} it was crossed {count} {count|time|times}: {years}.',
    never: 'It would not have fired once since {from}.',
    year: '{count} in {year}',
    basis: 'On the stored daily closes ({days} days). What crosses and comes back within one day does not show here.',
    many: 'It would fire very often. Try a stricter value.',
    noHistory: 'No closes of this instrument are stored yet. They come by themselves; the alert can watch already.',
    noVolume: 'The stored closes of this instrument carry no volume. The alert watches once the provider tells it.',
    tooShort: 'Too few closes are stored to know ({days}).',
    crossing: '{day}: {figure}',
    close: 'Close',
    volume: 'Units traded',
    days: 'Days on which it would have fired',
    looking: 'Looking at the history…',
  },
});
