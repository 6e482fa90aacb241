import { longDate, plurals, type Texts } from './catalogue.ts';

const n = plurals('es');
const left = (days: number) =>
  days === 90 ? 'quedan 3 meses' : n(days, { one: `queda ${days} día`, other: `quedan ${days} días` });
const ago = (days: number) => n(days, { one: `hace ${days} día`, other: `hace ${days} días` });

export const es: Texts = {
  language: 'es',
  date: longDate('es-ES'),
  titles: {
    'replace-battery': () => 'Reemplazar la batería',
    'battery-needs-replacement': () => 'La batería necesita reemplazo',
    'battery-end-of-life-exceeded': () => 'Vida útil de la batería superada',
    'battery-replacement-due': () => 'Reemplazo de la batería pendiente',
    'warranty-expires': (date) => (date ? `La garantía vence el ${date}` : 'La garantía vence'),
    'advanced-plan-expired': (date) => (date ? `El plan Advanced venció el ${date}` : 'El plan Advanced venció'),
    'advanced-plan-expires': (date) => (date ? `El plan Advanced vence el ${date}` : 'El plan Advanced vence'),
    'standard-plan-expired': (date) => (date ? `El plan Standard venció el ${date}` : 'El plan Standard venció'),
    'standard-plan-expires': (date) => (date ? `El plan Standard vence el ${date}` : 'El plan Standard vence'),
  },
  greeting: 'Hola:',
  signature: ({ company }) =>
    `Este mensaje lo ha escrito upsteward, el programa que vigila los SAI (UPS) de ${company}.`,
  responsibility:
    'La responsabilidad de sus SAI (UPS) sigue siendo suya, sea quien sea quien reciba también los avisos. Las baterías y las extensiones de garantía se pueden comprar a cualquier proveedor, no solo a su distribuidor.',

  subject: {
    one: ({ title, unit, timing, company }) => {
      switch (timing.kind) {
        case 'left':
          return `${title}: ${unit}, ${left(timing.days)} – ${company}`;
        case 'today':
          return `${title}: ${unit}, hoy – ${company}`;
        case 'past':
          return `${title}: ${unit}, ${ago(timing.days)} – ${company}`;
        case 'undated':
          return `${title}: ${unit} – ${company}`;
      }
    },
    oneAndMore: ({ title, more, unit, company }) =>
      n(more, {
        one: `${title} y ${more} aviso más: ${unit} – ${company}`,
        other: `${title} y ${more} avisos más: ${unit} – ${company}`,
      }),
    many: ({ units, company }) =>
      n(units, {
        one: `${units} SAI (UPS) requiere atención – ${company}`,
        other: `${units} SAI (UPS) requieren atención – ${company}`,
      }),
    resolvedOne: ({ title, unit, company }) => `Resuelto: ${title}: ${unit} – ${company}`,
    resolvedMany: ({ units, company }) => `Resuelto en ${units} SAI (UPS) – ${company}`,
    reminder: ({ subject }) => `Recordatorio: ${subject}`,
    unitAt: ({ unit, site }) => `${unit} (${site})`,
  },

  intro: {
    reseller: ({ company, units }) =>
      n(units, {
        one: `upsteward le escribe en nombre de ${company}, que desea avisarle cuando una batería, una garantía o un plan de servicio requiere atención. Hoy se trata de ${units} SAI (UPS).`,
        other: `upsteward le escribe en nombre de ${company}, que desea avisarle cuando una batería, una garantía o un plan de servicio requiere atención. Hoy se trata de ${units} SAI (UPS).`,
      }),
    resellerReminder: ({ company }) =>
      `upsteward le escribe en nombre de ${company}, que le pide una vez más que vea lo siguiente.`,
    resellerResolved: ({ company }) =>
      `upsteward le escribe en nombre de ${company}. Lo que se le había comunicado está resuelto; no tiene que hacer nada.`,
    customer: ({ company, units }) =>
      n(units, {
        one: `${units} SAI (UPS) de ${company} requiere atención.`,
        other: `${units} SAI (UPS) de ${company} requieren atención.`,
      }),
    customerReminder: ({ company }) => `Este es el recordatorio que se pidió en ${company}.`,
    customerResolved: ({ company }) =>
      `Lo que se le había comunicado sobre los SAI (UPS) de ${company} está resuelto; no queda nada por hacer.`,
  },

  otherUnits: 'Otros SAI (UPS)',
  unnamedUnit: 'SAI (UPS)',

  event: {
    left: ({ days, date }) => `${date}: ${left(days)}.`,
    today: ({ date }) => `${date}: es hoy.`,
    past: ({ days, date }) => `${date}: fue ${ago(days)}.`,
    undated: 'Es el propio equipo el que avisa.',
    estimate: 'La fecha es una estimación.',
    next: ({ dates, count }) =>
      count === 1
        ? `Si no se resuelve antes, se enviará un recordatorio más el ${dates}.`
        : `Si no se resuelve antes, se enviarán recordatorios en estas fechas: ${dates}.`,
    noNext: 'No se enviará ningún otro recordatorio sobre esto.',
    resolvedTitle: ({ title }) => `Resuelto: ${title}`,
    resolved: {
      swap: 'La batería se ha reemplazado.',
      'date-moved': 'La fecha vuelve a estar más lejos.',
      cleared: 'El equipo ya no lo comunica.',
      superseded: 'Otro aviso ha ocupado su lugar.',
      removed: 'Este equipo ya no se vigila.',
      unknown: 'Ya no es aplicable.',
    },
  },

  label: {
    model: 'Modelo',
    serial: 'Número de serie',
    sku: 'Código (SKU)',
    cartridge: 'Cartucho de batería',
    externalCartridge: 'Cartucho de batería externo',
    quantity: 'Cantidad',
    installed: 'Batería instalada',
    replaceBy: 'Reemplazar antes del',
    warrantyEnd: 'Fin de la garantía',
    plan: 'Plan de servicio',
    part: 'Número de pieza',
    due: 'Pendiente',
    contactName: 'Nombre',
    jobRole: 'Cargo',
    mail: 'Correo',
    phone: 'Teléfono',
  },
  value: {
    estimated: ({ date }) => `${date} (estimación)`,
    plan: ({ kind, date }) =>
      kind === 'advanced' ? `Plan Advanced hasta el ${date}` : `Plan Standard hasta el ${date}`,
    pack: ({ pack }) => `Módulo ${pack}`,
    cartridge: ({ pack, cartridge }) => `Módulo ${pack}, cartucho ${cartridge}`,
    due: 'sí',
    notDue: 'no',
  },

  closing: {
    contactHeading: 'Con quién hablar',
    contact: ({ company }) =>
      `Las preguntas y los presupuestos van a esta persona en ${company}; una respuesta a este mensaje también le llega.`,
    optOutHeading: 'Si ya no desea recibir estos mensajes',
    optOut: ({ company, mail }) =>
      `Responda a este mensaje o escriba a ${mail} que se da de baja. En ${company} se pondrá fin a estos mensajes y no se le enviará nada más.`,
    optOutByLink: 'Lo confirma en una página web. Después no se le envía nada más; un último mensaje lo confirma.',
    optOutByMail: ({ word }) =>
      `Envíe este mensaje, que un clic prepara en la mayoría de los programas de correo, o responda al presente con la palabra ${word} en la primera línea. Después no se le envía nada más; un último mensaje lo confirma.`,
    optOutByReply: ({ word }) => `También puede responder a este mensaje con la palabra ${word} en la primera línea.`,
  },

  invitation: {
    subject: ({ company }) => `${company} desea mantenerle informado sobre las baterías de sus SAI (UPS)`,
    intro: ({ company }) =>
      `${company} protege sus equipos con sistemas de alimentación ininterrumpida (SAI, UPS) y desea que usted, como su distribuidor, sepa a tiempo cuándo vence una batería, una garantía o un plan de servicio. Un programa llamado upsteward, que funciona en ${company}, le enviaría los mensajes. No necesita ninguna cuenta y no cuesta nada.`,
    getsHeading: 'Qué recibiría',
    gets: ({ company }) => [
      'Un mensaje 3 meses, 30 días y 7 días antes de una fecha así y el mismo día, y cuando un equipo avisa de una batería gastada; nunca más de un mensaje así al día.',
      'En él está lo que hace falta para un presupuesto: modelo y número de serie del equipo, código y cantidad de las baterías, las fechas y el lugar.',
      `El nombre, la dirección de correo y el teléfono de la persona con quien hablar en ${company}.`,
    ],
    acceptHeading: 'Para aceptar',
    accept: ({ company, days }) =>
      n(days, {
        one: `Dé este código a su contacto en ${company}, por el medio que usen normalmente. Allí se teclea, y eso es todo. Es válido ${days} día.`,
        other: `Dé este código a su contacto en ${company}, por el medio que usen normalmente. Allí se teclea, y eso es todo. Es válido ${days} días.`,
      }),
    declineHeading: 'Si no le interesa',
    decline: ({ company, days }) =>
      n(days, {
        one: `No tiene que hacer nada. Tras ${days} día esta invitación caduca y no se envía nada más. Si lo desea, diga a ${company} que la rechaza.`,
        other: `No tiene que hacer nada. Tras ${days} días esta invitación caduca y no se envía nada más. Si lo desea, diga a ${company} que la rechaza.`,
      }),
    answerHeading: 'Su respuesta',
    byLink: ({ days }) =>
      n(days, {
        one: `Usted acepta o rechaza en una página web; no ocurre nada antes de que pulse allí un botón. La invitación es válida ${days} día.`,
        other: `Usted acepta o rechaza en una página web; no ocurre nada antes de que pulse allí un botón. La invitación es válida ${days} días.`,
      }),
    byMail: ({ days }) =>
      n(days, {
        one: `Envíe uno de estos mensajes. En la mayoría de los programas de correo un clic lo prepara; envíelo tal cual. La invitación es válida ${days} día.`,
        other: `Envíe uno de estos mensajes. En la mayoría de los programas de correo un clic lo prepara; envíelo tal cual. La invitación es válida ${days} días.`,
      }),
    byReply: ({ accept, decline }) =>
      `También puede responder a este mensaje con la palabra ${accept} o ${decline} en la primera línea.`,
    byCode: ({ company }) =>
      `O dé este código a su contacto en ${company}, por el medio que usen normalmente. Allí se teclea.`,
    noAnswer: ({ days }) =>
      n(days, {
        one: `Si no responde, la invitación caduca tras ${days} día y no se envía nada más.`,
        other: `Si no responde, la invitación caduca tras ${days} días y no se envía nada más.`,
      }),
    reference: ({ token }) => `Referencia de esta invitación: ${token}`,
    privacy: ({ company }) =>
      `Esta invitación le revela el nombre ${company} y nada más. No se envía nada sobre sus equipos antes de que usted acepte, y después puede darse de baja en cualquier momento.`,
  },

  action: {
    answer: 'Aceptar o rechazar',
    accept: 'Aceptar',
    decline: 'Rechazar',
    optOut: 'Darse de baja',
    open: ({ label }) => `${label}: abra esta página:`,
    write: ({ label, address }) => `${label}: envíe un mensaje a ${address} con este asunto:`,
  },
  word: { accept: 'ACEPTO', decline: 'RECHAZO', optOut: 'BAJA' },
  letter: {
    accept: ({ company }) =>
      `Por favor, envíe este mensaje tal cual. Comunica a ${company} que usted acepta la invitación.`,
    decline: ({ company }) =>
      `Por favor, envíe este mensaje tal cual. Comunica a ${company} que usted rechaza la invitación.`,
    optOut: ({ company }) =>
      `Por favor, envíe este mensaje tal cual. Comunica a ${company} que usted ya no desea estos mensajes.`,
  },
  farewell: {
    subject: ({ company }) => `Se ha dado de baja – ${company}`,
    body: ({ company }) => [
      `Se ha dado de baja de los mensajes sobre los equipos SAI (UPS) de ${company}. Este es el último: no se le enviará nada más, y lo que aún esperaba se ha borrado.`,
      `Si ha sido un error, pida a su contacto en ${company} que le invite de nuevo.`,
    ],
  },

  customer: {
    confirmed: {
      subject: ({ company }) => `Su distribuidor ha aceptado – ${company}`,
      body: ({ address }) => [
        `${address} ha aceptado su invitación. A partir de ahora se avisa a su distribuidor cuando una batería, una garantía o un plan de servicio requiere atención.`,
        'Puede ponerle fin en cualquier momento en la página "Reseller" o con "upsteward reseller disconnect".',
      ],
    },
    declined: {
      subject: ({ company }) => `Su distribuidor ha rechazado la invitación – ${company}`,
      body: ({ address }) => [
        `${address} ha rechazado su invitación. No se enviará nada a esa dirección.`,
        'Puede invitar de nuevo, o invitar a otra persona, en la página "Reseller". A mano: "upsteward reseller invite", u otra dirección como reseller.email en la configuración.',
      ],
    },
    expired: {
      subject: ({ company }) => `Su distribuidor no ha respondido – ${company}`,
      body: ({ address }) => [
        `${address} ha dejado caducar la invitación. No se enviará nada a esa dirección y el código ya no es válido.`,
        'Puede invitar de nuevo en la página "Reseller" o con "upsteward reseller invite"; una llamada previa suele ayudar.',
      ],
    },
    'opted-out': {
      subject: ({ company }) => `Su distribuidor ya no desea recibir avisos – ${company}`,
      body: ({ address }) => [
        `${address} se ha dado de baja. Ya no se envía nada a esa dirección; lo que aún esperaba se ha borrado.`,
        'Puede invitar de nuevo, o invitar a otra persona, en la página "Reseller". A mano: "upsteward reseller invite", u otra dirección como reseller.email en la configuración.',
      ],
    },
    undeliverable: {
      subject: ({ company }) => `No se pudo entregar su invitación – ${company}`,
      body: ({ address }) => [
        `La invitación a ${address} no se pudo entregar y se abandonó.`,
        'Compruebe la dirección en la página "Reseller" (reseller.email en la configuración) e invite después de nuevo allí o con "upsteward reseller invite".',
      ],
    },
    'delivery-failed': {
      subject: ({ address, company }) => `No se pudo entregar el mensaje a ${address} – ${company}`,
      body: ({ address }) => [
        `Un mensaje a ${address} no se pudo entregar y se abandonó. Nadie ha sabido lo que decía.`,
        'Compruebe la dirección y el servidor de correo y ejecute después "upsteward test-mail". Comunique usted mismo lo que no llegó.',
      ],
    },
    bounced: {
      subject: ({ address, company }) => `El correo a ${address} vuelve – ${company}`,
      body: ({ address }) => [
        `Un mensaje a ${address} ha vuelto definitivamente. Quizá nadie ha sabido lo que decía.`,
        'Pida a su distribuidor la dirección correcta e introdúzcala en la página "Reseller" (reseller.email en la configuración). Comunique usted mismo lo que no llegó.',
      ],
    },
    'answered-late': {
      subject: ({ company }) => `Su distribuidor aceptó demasiado tarde – ${company}`,
      body: ({ address }) => [
        `${address} aceptó su invitación cuando ya había caducado, así que ya no contaba. No se enviará nada a esa dirección.`,
        'Puede invitar de nuevo en la página "Reseller" o con "upsteward reseller invite".',
      ],
    },
    'reply-unclear': {
      subject: ({ company }) => `Su distribuidor le ha escrito – ${company}`,
      body: ({ address }) => [
        `Un mensaje de ${address} llegó al buzón de respuestas, pero no es una respuesta que upsteward entienda. Se dejó allí sin leer.`,
        'Por favor, léalo: quizá alguien espera una palabra suya.',
      ],
    },
    'endpoint-refused': {
      subject: ({ company }) => `El endpoint de la nube rechazó eventos – ${company}`,
      body: ({ address }) => [
        `El endpoint ${address} rechazó eventos definitivamente; se abandonaron y no se enviarán de nuevo.`,
        'Compruebe el endpoint; lo que rechazó figura en el historial como cloud.refused.',
      ],
    },
    'endpoint-disabled': {
      subject: ({ company }) => `El endpoint de la nube ya no acepta eventos – ${company}`,
      body: ({ address }) => [
        `El endpoint ${address} respondió que ya no existe. No se le envía nada más.`,
        'Compruebe cloud.endpoint en la configuración; en cuanto indique un endpoint que responda, se reanudará el envío.',
      ],
    },
  },
  customerLabel: { reply: 'Respuesta del otro lado', items: 'Lo que no llegó', from: 'La respuesta vino de' },

  page: {
    invitedHeading: ({ company }) => `${company} le invita`,
    confirmedHeading: 'Ha aceptado',
    confirmed: ({ company }) => `${company} le mantendrá informado. Aquí puede darse de baja en cualquier momento.`,
    declinedHeading: 'Ha rechazado la invitación',
    declined: ({ company }) => `No se le enviará nada. Si cambia de opinión, pida a ${company} que le invite de nuevo.`,
    optedOutHeading: 'Se ha dado de baja',
    optedOut: ({ company }) =>
      `No se le envía nada más; un último mensaje lo confirma. Si ha sido un error, pida a ${company} que le invite de nuevo.`,
    endedHeading: 'Esta invitación ya no es válida',
    ended: 'No se le envía nada. Si desea recibir avisos, pida a su contacto una nueva invitación.',
    unknownHeading: 'Este enlace no se conoce aquí',
    unknown: 'Quizá no esté completo: cópielo entero del mensaje.',
    busyHeading: 'Demasiados intentos',
    busy: 'Por favor, inténtelo de nuevo dentro de unos minutos.',
    failedHeading: 'No ha funcionado',
    failed: 'No se pudo anotar su respuesta. Por favor, inténtelo de nuevo dentro de unos minutos.',
  },

  test: {
    subject: ({ company }) => `Mensaje de prueba de upsteward – ${company}`,
    body: ({ company, date }) => [
      `Este es el mensaje de prueba que se pidió en ${company} el ${date}. El correo de upsteward llega a esta dirección.`,
      'No hay que hacer nada.',
    ],
  },
};
