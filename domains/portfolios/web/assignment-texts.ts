/** Words of who a portfolio belongs to. */
import { defineTexts } from '#web/i18n';

export const assignmentTexts = defineTexts({
  es: {
    assign: 'Responsable y cliente…',
    title: 'Responsable y cliente de «{name}»',
    lead: 'El responsable y su gestor ven la cartera y trabajan en ella. El cliente la ve, sin poder cambiar nada.',
    responsible: 'Responsable',
    client: 'Cliente',
    nobody: 'Nadie',
    nobodyHint: 'Sin responsable solo la ven quienes ven todo el espacio.',
    noClients: 'No hay personas con el papel de cliente. Invita a la tuya desde Usuarios y permisos.',
    cancel: 'Cancelar',
    save: 'Guardar',
    saved: 'Guardado: ahora la lleva {name}',
    savedNobody: 'Guardado: la cartera no tiene responsable',
    unassigned: 'sin responsable',
    unassignedNotice:
      '{count} {count|cartera no tiene|carteras no tienen} responsable. {count|La ven|Las ven} solo quienes ven todo el espacio: ni asesores, ni gestores, ni clientes.',
    adviserRefused: 'Esa persona no puede llevar la cartera',
    adviserRefusedDetail: 'No se ha guardado nada. Elige a otra.',
    clientRefused: 'Esa persona ya no es cliente',
    clientRefusedDetail: 'No se ha guardado nada. Elige a otra.',
    nameTaken: 'Esa persona ya lleva una cartera con este nombre',
    nameTakenDetail: 'No se ha guardado nada. Cambia antes el nombre de una de las dos.',
    changed: 'Otra persona ha cambiado la cartera',
    changedDetail: 'No se ha guardado nada. Cierra y vuelve a abrir.',
  },
  en: {
    assign: 'Responsible person and client…',
    title: 'Responsible person and client of “{name}”',
    lead: 'The responsible person and their manager see the portfolio and work on it. The client sees it and changes nothing.',
    responsible: 'Responsible',
    client: 'Client',
    nobody: 'Nobody',
    nobodyHint: 'Without one only people who see the whole workspace see it.',
    noClients: 'Nobody has the role client. Invite yours in People and permissions.',
    cancel: 'Cancel',
    save: 'Save',
    saved: 'Saved: {name} looks after it now',
    savedNobody: 'Saved: nobody is responsible for the portfolio',
    unassigned: 'nobody responsible',
    unassignedNotice:
      '{count} {count|portfolio has|portfolios have} nobody responsible. Only people who see the whole workspace see {count|it|them}: no adviser, manager or client does.',
    adviserRefused: 'That person cannot look after the portfolio',
    adviserRefusedDetail: 'Nothing was saved. Choose somebody else.',
    clientRefused: 'That person is no client any more',
    clientRefusedDetail: 'Nothing was saved. Choose somebody else.',
    nameTaken: 'That person looks after a portfolio of this name already',
    nameTakenDetail: 'Nothing was saved. Rename one of the two first.',
    changed: 'Somebody else changed the portfolio',
    changedDetail: 'Nothing was saved. Close and open again.',
  },
});

export type AssignmentKey = keyof typeof assignmentTexts.es;
