import { longDate, plurals, type Texts } from './catalogue.ts';

const n = plurals('it');
const left = (days: number) =>
  days === 90 ? 'mancano 3 mesi' : n(days, { one: `manca ${days} giorno`, other: `mancano ${days} giorni` });
const ago = (days: number) => n(days, { one: `${days} giorno fa`, other: `${days} giorni fa` });

export const it: Texts = {
  language: 'it',
  date: longDate('it-IT'),
  titles: {
    'replace-battery': () => 'Sostituire la batteria',
    'battery-needs-replacement': () => 'La batteria deve essere sostituita',
    'battery-end-of-life-exceeded': () => 'Durata della batteria superata',
    'battery-replacement-due': () => 'Sostituzione della batteria in scadenza',
    'warranty-expires': (date) => (date ? `Scadenza della garanzia: ${date}` : 'Scadenza della garanzia'),
    'advanced-plan-expired': (date) => (date ? `Piano Advanced scaduto: ${date}` : 'Piano Advanced scaduto'),
    'advanced-plan-expires': (date) => (date ? `Scadenza del piano Advanced: ${date}` : 'Scadenza del piano Advanced'),
    'standard-plan-expired': (date) => (date ? `Piano Standard scaduto: ${date}` : 'Piano Standard scaduto'),
    'standard-plan-expires': (date) => (date ? `Scadenza del piano Standard: ${date}` : 'Scadenza del piano Standard'),
  },
  greeting: 'Buongiorno,',
  signature: ({ company }) =>
    `Questo messaggio è stato scritto da upsteward, il programma che sorveglia gli UPS di ${company}.`,
  responsibility:
    'La responsabilità dei vostri UPS resta vostra, chiunque altro venga avvisato. Batterie ed estensioni di garanzia si possono acquistare da qualsiasi fornitore, non solo dal vostro rivenditore.',

  subject: {
    one: ({ title, unit, timing, company }) => {
      switch (timing.kind) {
        case 'left':
          return `${title}: ${unit}, ${left(timing.days)} – ${company}`;
        case 'today':
          return `${title}: ${unit}, oggi – ${company}`;
        case 'past':
          return `${title}: ${unit}, ${ago(timing.days)} – ${company}`;
        case 'undated':
          return `${title}: ${unit} – ${company}`;
      }
    },
    oneAndMore: ({ title, more, unit, company }) =>
      n(more, {
        one: `${title} e ${more} altro avviso: ${unit} – ${company}`,
        other: `${title} e ${more} altri avvisi: ${unit} – ${company}`,
      }),
    many: ({ units, company }) =>
      n(units, {
        one: `${units} UPS richiede attenzione – ${company}`,
        other: `${units} UPS richiedono attenzione – ${company}`,
      }),
    resolvedOne: ({ title, unit, company }) => `Risolto: ${title}: ${unit} – ${company}`,
    resolvedMany: ({ units, company }) => `Risolto per ${units} UPS – ${company}`,
    reminder: ({ subject }) => `Promemoria: ${subject}`,
    unitAt: ({ unit, site }) => `${unit} (${site})`,
  },

  intro: {
    reseller: ({ company, units }) =>
      n(units, {
        one: `upsteward vi scrive per conto di ${company}, che desidera farvi sapere quando una batteria, una garanzia o un piano di assistenza richiede attenzione. Oggi si tratta di ${units} UPS.`,
        other: `upsteward vi scrive per conto di ${company}, che desidera farvi sapere quando una batteria, una garanzia o un piano di assistenza richiede attenzione. Oggi si tratta di ${units} UPS.`,
      }),
    resellerReminder: ({ company }) =>
      `upsteward vi scrive per conto di ${company}, che vi chiede ancora una volta di guardare quanto segue.`,
    resellerResolved: ({ company }) =>
      `upsteward vi scrive per conto di ${company}. Quanto vi era stato segnalato è risolto; non dovete fare nulla.`,
    customer: ({ company, units }) =>
      n(units, {
        one: `${units} UPS di ${company} richiede attenzione.`,
        other: `${units} UPS di ${company} richiedono attenzione.`,
      }),
    customerReminder: ({ company }) => `Questo è il promemoria richiesto presso ${company}.`,
    customerResolved: ({ company }) =>
      `Quanto vi era stato segnalato sugli UPS di ${company} è risolto; non c'è altro da fare.`,
  },

  otherUnits: 'Altri UPS',
  unnamedUnit: 'UPS',

  event: {
    left: ({ days, date }) => `${date}: ${left(days)}.`,
    today: ({ date }) => `${date}: è oggi.`,
    past: ({ days, date }) => `${date}: è stato ${ago(days)}.`,
    undated: "È l'UPS stesso a segnalarlo.",
    estimate: 'La data è una stima.',
    next: ({ dates, count }) =>
      count === 1
        ? `Se prima non sarà risolto, seguirà un altro promemoria in questa data: ${dates}.`
        : `Se prima non sarà risolto, seguiranno promemoria in queste date: ${dates}.`,
    noNext: 'Non seguiranno altri promemoria su questo punto.',
    resolvedTitle: ({ title }) => `Risolto: ${title}`,
    resolved: {
      swap: 'La batteria è stata sostituita.',
      'date-moved': 'La data è di nuovo più lontana.',
      cleared: "L'UPS non lo segnala più.",
      superseded: 'Un altro avviso ne ha preso il posto.',
      removed: 'Questo UPS non è più sorvegliato.',
      unknown: 'Non è più attuale.',
    },
  },

  label: {
    model: 'Modello',
    serial: 'Numero di serie',
    sku: 'Codice (SKU)',
    cartridge: 'Cartuccia batteria',
    externalCartridge: 'Cartuccia batteria esterna',
    quantity: 'Quantità',
    installed: 'Batteria installata',
    replaceBy: 'Da sostituire entro',
    warrantyEnd: 'Fine della garanzia',
    plan: 'Piano di assistenza',
    part: 'Codice articolo',
    due: 'In scadenza',
    contactName: 'Nome',
    jobRole: 'Funzione',
    mail: 'E-mail',
    phone: 'Telefono',
  },
  value: {
    estimated: ({ date }) => `${date} (stima)`,
    plan: ({ kind, date }) => (kind === 'advanced' ? `Piano Advanced, fine: ${date}` : `Piano Standard, fine: ${date}`),
    pack: ({ pack }) => `Pacco ${pack}`,
    cartridge: ({ pack, cartridge }) => `Pacco ${pack}, cartuccia ${cartridge}`,
    due: 'sì',
    notDue: 'no',
  },

  closing: {
    contactHeading: 'Chi contattare',
    contact: ({ company }) =>
      `Domande e offerte vanno a questa persona presso ${company}; anche una risposta a questo messaggio le arriva.`,
    optOutHeading: 'Se non desiderate più questi messaggi',
    optOut: ({ company, mail }) =>
      `Rispondete a questo messaggio o scrivete a ${mail} che non desiderate più riceverli. ${company} interromperà allora questi messaggi e non vi sarà inviato più nulla.`,
    optOutByLink:
      'Lo confermate in una pagina web. Dopo non vi viene inviato più nulla; un ultimo messaggio lo conferma.',
    optOutByMail: ({ word }) =>
      `Inviate questo messaggio, che nella maggior parte dei programmi di posta un clic prepara, oppure rispondete a quello presente con la parola ${word} nella prima riga. Dopo non vi viene inviato più nulla; un ultimo messaggio lo conferma.`,
    optOutByReply: ({ word }) => `Potete anche rispondere a questo messaggio con la parola ${word} nella prima riga.`,
  },

  invitation: {
    subject: ({ company }) => `${company} desidera tenervi informati sulle batterie dei suoi UPS`,
    intro: ({ company }) =>
      `${company} protegge le proprie apparecchiature con gruppi di continuità (UPS) e desidera che voi, come rivenditore, siate avvisati per tempo quando una batteria, una garanzia o un piano di assistenza sta per scadere. Un programma di nome upsteward, attivo presso ${company}, vi invierebbe i messaggi. Non serve alcun account e non costa nulla.`,
    getsHeading: 'Che cosa ricevereste',
    gets: ({ company }) => [
      'Un messaggio 3 mesi, 30 giorni e 7 giorni prima di una tale data e il giorno stesso, e quando un UPS segnala una batteria esaurita; mai più di un messaggio simile al giorno.',
      "Vi si trova ciò che serve per un'offerta: modello e numero di serie dell'UPS, codice e quantità delle batterie, le date e il luogo.",
      `Il nome, l'indirizzo e-mail e il numero di telefono della persona da contattare presso ${company}.`,
    ],
    acceptHeading: 'Per accettare',
    accept: ({ company, days }) =>
      n(days, {
        one: `Date questo codice al vostro contatto presso ${company}, nel modo in cui comunicate di solito. Verrà digitato lì, e questo è tutto. È valido ${days} giorno.`,
        other: `Date questo codice al vostro contatto presso ${company}, nel modo in cui comunicate di solito. Verrà digitato lì, e questo è tutto. È valido ${days} giorni.`,
      }),
    declineHeading: 'Se non vi interessa',
    decline: ({ company, days }) =>
      n(days, {
        one: `Non dovete fare nulla. Dopo ${days} giorno questo invito scade e non verrà inviato altro. Se volete, dite a ${company} che rifiutate.`,
        other: `Non dovete fare nulla. Dopo ${days} giorni questo invito scade e non verrà inviato altro. Se volete, dite a ${company} che rifiutate.`,
      }),
    answerHeading: 'La vostra risposta',
    byLink: ({ days }) =>
      n(days, {
        one: `Accettate o rifiutate in una pagina web; finché lì non premete un pulsante non succede nulla. L'invito è valido ${days} giorno.`,
        other: `Accettate o rifiutate in una pagina web; finché lì non premete un pulsante non succede nulla. L'invito è valido ${days} giorni.`,
      }),
    byMail: ({ days }) =>
      n(days, {
        one: `Inviate uno di questi messaggi. Nella maggior parte dei programmi di posta un clic lo prepara; inviatelo così com'è. L'invito è valido ${days} giorno.`,
        other: `Inviate uno di questi messaggi. Nella maggior parte dei programmi di posta un clic lo prepara; inviatelo così com'è. L'invito è valido ${days} giorni.`,
      }),
    byReply: ({ accept, decline }) =>
      `Potete anche rispondere a questo messaggio con la parola ${accept} o ${decline} nella prima riga.`,
    byCode: ({ company }) =>
      `Oppure date questo codice al vostro contatto presso ${company}, nel modo in cui comunicate di solito. Verrà digitato lì.`,
    noAnswer: ({ days }) =>
      n(days, {
        one: `Se non rispondete, l'invito scade dopo ${days} giorno e non verrà inviato altro.`,
        other: `Se non rispondete, l'invito scade dopo ${days} giorni e non verrà inviato altro.`,
      }),
    reference: ({ token }) => `Riferimento di questo invito: ${token}`,
    privacy: ({ company }) =>
      `Questo invito vi rivela il nome ${company} e nient'altro. Nulla sui suoi UPS viene inviato prima che accettiate, e in seguito potrete rinunciare in qualsiasi momento.`,
  },

  action: {
    answer: 'Accettare o rifiutare',
    accept: 'Accetta',
    decline: 'Rifiuta',
    optOut: 'Rinuncia',
    open: ({ label }) => `${label}: aprite questa pagina:`,
    write: ({ label, address }) => `${label}: inviate un messaggio a ${address} con questo oggetto:`,
  },
  word: { accept: 'ACCETTO', decline: 'RIFIUTO', optOut: 'RINUNCIO' },
  letter: {
    accept: ({ company }) =>
      `Vi preghiamo di inviare questo messaggio così com'è. Comunica a ${company} che accettate l'invito.`,
    decline: ({ company }) =>
      `Vi preghiamo di inviare questo messaggio così com'è. Comunica a ${company} che rifiutate l'invito.`,
    optOut: ({ company }) =>
      `Vi preghiamo di inviare questo messaggio così com'è. Comunica a ${company} che non desiderate più questi messaggi.`,
  },
  farewell: {
    subject: ({ company }) => `Avete rinunciato ai messaggi – ${company}`,
    body: ({ company }) => [
      `Avete rinunciato ai messaggi sugli UPS di ${company}. Questo è l'ultimo: non vi verrà inviato più nulla, e ciò che era in attesa è stato eliminato.`,
      `Se si è trattato di un errore, chiedete al vostro contatto presso ${company} di invitarvi di nuovo.`,
    ],
  },

  customer: {
    confirmed: {
      subject: ({ company }) => `Il vostro rivenditore ha accettato – ${company}`,
      body: ({ address }) => [
        `${address} ha accettato il vostro invito. D'ora in poi il rivenditore viene avvisato quando una batteria, una garanzia o un piano di assistenza richiede attenzione.`,
        'Potete terminare in qualsiasi momento, nella pagina "Reseller" o con "upsteward reseller disconnect".',
      ],
    },
    declined: {
      subject: ({ company }) => `Il vostro rivenditore ha rifiutato – ${company}`,
      body: ({ address }) => [
        `${address} ha rifiutato il vostro invito. A questo indirizzo non verrà inviato nulla.`,
        'Potete invitare di nuovo, o invitare qualcun altro, nella pagina "Reseller". A mano: "upsteward reseller invite", o un altro indirizzo come reseller.email nella configurazione.',
      ],
    },
    expired: {
      subject: ({ company }) => `Il vostro rivenditore non ha risposto – ${company}`,
      body: ({ address }) => [
        `${address} ha lasciato scadere l'invito. A questo indirizzo non verrà inviato nulla e il codice non è più valido.`,
        'Potete invitare di nuovo nella pagina "Reseller" o con "upsteward reseller invite"; una telefonata prima spesso aiuta.',
      ],
    },
    'opted-out': {
      subject: ({ company }) => `Il vostro rivenditore non desidera più essere avvisato – ${company}`,
      body: ({ address }) => [
        `${address} ha rinunciato. A questo indirizzo non viene inviato più nulla; ciò che era in attesa è stato eliminato.`,
        'Potete invitare di nuovo, o invitare qualcun altro, nella pagina "Reseller". A mano: "upsteward reseller invite", o un altro indirizzo come reseller.email nella configurazione.',
      ],
    },
    undeliverable: {
      subject: ({ company }) => `Il vostro invito non è stato consegnato – ${company}`,
      body: ({ address }) => [
        `L'invito a ${address} non ha potuto essere consegnato ed è stato abbandonato.`,
        'Controllate l\'indirizzo nella pagina "Reseller" (reseller.email nella configurazione), poi invitate di nuovo da lì o con "upsteward reseller invite".',
      ],
    },
    'delivery-failed': {
      subject: ({ address, company }) => `Il messaggio a ${address} non è stato consegnato – ${company}`,
      body: ({ address }) => [
        `Un messaggio a ${address} non ha potuto essere consegnato ed è stato abbandonato. Nessuno è stato avvisato del suo contenuto.`,
        'Controllate l\'indirizzo e il server di posta, poi eseguite "upsteward test-mail". Comunicate di persona ciò che non è arrivato.',
      ],
    },
    bounced: {
      subject: ({ address, company }) => `I messaggi a ${address} tornano indietro – ${company}`,
      body: ({ address }) => [
        `Un messaggio a ${address} è tornato indietro definitivamente. Forse nessuno è stato avvisato del suo contenuto.`,
        'Chiedete al rivenditore l\'indirizzo corretto e inseritelo nella pagina "Reseller" (reseller.email nella configurazione). Comunicate di persona ciò che non è arrivato.',
      ],
    },
    'answered-late': {
      subject: ({ company }) => `Il vostro rivenditore ha accettato troppo tardi – ${company}`,
      body: ({ address }) => [
        `${address} ha accettato il vostro invito dopo la scadenza, quindi non contava più. A questo indirizzo non verrà inviato nulla.`,
        'Potete invitare di nuovo nella pagina "Reseller" o con "upsteward reseller invite".',
      ],
    },
    'reply-unclear': {
      subject: ({ company }) => `Il vostro rivenditore vi ha scritto – ${company}`,
      body: ({ address }) => [
        `Un messaggio di ${address} è arrivato nella casella delle risposte, ma non è una risposta che upsteward comprende. È rimasto lì, non letto.`,
        'Vi preghiamo di leggerlo: forse qualcuno aspetta una vostra parola.',
      ],
    },
    'endpoint-refused': {
      subject: ({ company }) => `L'endpoint cloud ha rifiutato eventi – ${company}`,
      body: ({ address }) => [
        `L'endpoint ${address} ha rifiutato definitivamente alcuni eventi; sono stati abbandonati e non verranno inviati di nuovo.`,
        "Controllate l'endpoint; ciò che ha rifiutato si trova nella cronologia come cloud.refused.",
      ],
    },
    'endpoint-disabled': {
      subject: ({ company }) => `L'endpoint cloud non accetta più eventi – ${company}`,
      body: ({ address }) => [
        `L'endpoint ${address} ha risposto di non esistere più. Non gli viene inviato più nulla.`,
        "Controllate cloud.endpoint nella configurazione; quando indicherà un endpoint che risponde, l'invio riprenderà.",
      ],
    },
  },
  customerLabel: { reply: "Risposta dall'altra parte", items: 'Che cosa non è arrivato', from: 'La risposta viene da' },

  page: {
    invitedHeading: ({ company }) => `${company} vi invita`,
    confirmedHeading: 'Avete accettato',
    confirmed: ({ company }) => `${company} vi terrà informati. Qui potete rinunciare in qualsiasi momento.`,
    declinedHeading: 'Avete rifiutato',
    declined: ({ company }) =>
      `Non vi verrà inviato nulla. Se cambiate idea, chiedete a ${company} di invitarvi di nuovo.`,
    optedOutHeading: 'Avete rinunciato',
    optedOut: ({ company }) =>
      `Non vi viene inviato più nulla; un ultimo messaggio lo conferma. Se si è trattato di un errore, chiedete a ${company} di invitarvi di nuovo.`,
    endedHeading: 'Questo invito non è più valido',
    ended: 'Non vi viene inviato nulla. Se desiderate essere informati, chiedete al vostro contatto un nuovo invito.',
    unknownHeading: 'Questo link qui non è conosciuto',
    unknown: 'Forse non è completo: copiatelo per intero dal messaggio.',
    busyHeading: 'Troppi tentativi',
    busy: 'Riprovate tra qualche minuto.',
    failedHeading: 'Non ha funzionato',
    failed: 'Non è stato possibile registrare la vostra risposta. Riprovate tra qualche minuto.',
  },

  test: {
    subject: ({ company }) => `Messaggio di prova da upsteward – ${company}`,
    body: ({ company, date }) => [
      `Questo è il messaggio di prova richiesto presso ${company}, in data ${date}. La posta di upsteward arriva a questo indirizzo.`,
      'Non è necessario fare nulla.',
    ],
  },
};
