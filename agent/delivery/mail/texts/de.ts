import { longDate, plurals, type Texts } from './catalogue.ts';

const n = plurals('de');
const left = (days: number) =>
  days === 90 ? 'noch 3 Monate' : n(days, { one: `noch ${days} Tag`, other: `noch ${days} Tage` });
const ago = (days: number) => n(days, { one: `vor ${days} Tag`, other: `vor ${days} Tagen` });

export const de: Texts = {
  language: 'de',
  date: longDate('de-DE'),
  titles: {
    'replace-battery': () => 'Batterie ersetzen',
    'battery-needs-replacement': () => 'Batterie muss ersetzt werden',
    'battery-end-of-life-exceeded': () => 'Lebensdauer der Batterie überschritten',
    'battery-replacement-due': () => 'Batteriewechsel fällig',
    'warranty-expires': (date) => (date ? `Garantie läuft am ${date} ab` : 'Garantie läuft ab'),
    'advanced-plan-expired': (date) =>
      date ? `Advanced-Plan ist am ${date} abgelaufen` : 'Advanced-Plan ist abgelaufen',
    'advanced-plan-expires': (date) => (date ? `Advanced-Plan läuft am ${date} ab` : 'Advanced-Plan läuft ab'),
    'standard-plan-expired': (date) =>
      date ? `Standard-Plan ist am ${date} abgelaufen` : 'Standard-Plan ist abgelaufen',
    'standard-plan-expires': (date) => (date ? `Standard-Plan läuft am ${date} ab` : 'Standard-Plan läuft ab'),
  },
  greeting: 'Guten Tag,',
  signature: ({ company }) =>
    `Diese E-Mail hat upsteward geschrieben, das Programm, das die USV-Geräte von ${company} überwacht.`,
  responsibility:
    'Für Ihre USV-Geräte bleiben Sie selbst verantwortlich, wer auch immer sonst benachrichtigt wird. Batterien und Garantieverlängerungen können Sie bei jedem Anbieter kaufen, nicht nur bei Ihrem Händler.',

  subject: {
    one: ({ title, unit, timing, company }) => {
      switch (timing.kind) {
        case 'left':
          return `${title}: ${unit}, ${left(timing.days)} – ${company}`;
        case 'today':
          return `${title}: ${unit}, heute – ${company}`;
        case 'past':
          return `${title}: ${unit}, ${ago(timing.days)} – ${company}`;
        case 'undated':
          return `${title}: ${unit} – ${company}`;
      }
    },
    oneAndMore: ({ title, more, unit, company }) =>
      n(more, {
        one: `${title} und ${more} weitere Meldung: ${unit} – ${company}`,
        other: `${title} und ${more} weitere Meldungen: ${unit} – ${company}`,
      }),
    many: ({ units, company }) =>
      n(units, {
        one: `${units} USV braucht Aufmerksamkeit – ${company}`,
        other: `${units} USV brauchen Aufmerksamkeit – ${company}`,
      }),
    resolvedOne: ({ title, unit, company }) => `Erledigt: ${title}: ${unit} – ${company}`,
    resolvedMany: ({ units, company }) => `Erledigt bei ${units} USV – ${company}`,
    reminder: ({ subject }) => `Erinnerung: ${subject}`,
    unitAt: ({ unit, site }) => `${unit} (${site})`,
  },

  intro: {
    reseller: ({ company, units }) =>
      n(units, {
        one: `upsteward schreibt Ihnen im Auftrag von ${company}: Sie sollen erfahren, wenn eine Batterie, eine Garantie oder ein Serviceplan Aufmerksamkeit braucht. Heute geht es um ${units} USV.`,
        other: `upsteward schreibt Ihnen im Auftrag von ${company}: Sie sollen erfahren, wenn eine Batterie, eine Garantie oder ein Serviceplan Aufmerksamkeit braucht. Heute geht es um ${units} USV-Geräte.`,
      }),
    resellerReminder: ({ company }) =>
      `upsteward schreibt Ihnen im Auftrag von ${company}. Man bittet Sie dort noch einmal, sich Folgendes anzusehen.`,
    resellerResolved: ({ company }) =>
      `upsteward schreibt Ihnen im Auftrag von ${company}. Was Ihnen früher gemeldet wurde, ist erledigt; Sie müssen nichts tun.`,
    customer: ({ company, units }) =>
      n(units, {
        one: `${units} USV von ${company} braucht Aufmerksamkeit.`,
        other: `${units} USV-Geräte von ${company} brauchen Aufmerksamkeit.`,
      }),
    customerReminder: ({ company }) => `Dies ist die Erinnerung, die bei ${company} angefordert wurde.`,
    customerResolved: ({ company }) =>
      `Was Ihnen zu den USV-Geräten von ${company} gemeldet wurde, ist erledigt; mehr ist nicht zu tun.`,
  },

  otherUnits: 'Weitere USV-Geräte',
  unnamedUnit: 'USV',

  event: {
    left: ({ days, date }) => `${date}: ${left(days)}.`,
    today: ({ date }) => `${date}: das ist heute.`,
    past: ({ days, date }) => `${date}: das war ${ago(days)}.`,
    undated: 'Die USV selbst meldet das.',
    estimate: 'Das Datum ist geschätzt.',
    next: ({ dates, count }) =>
      count === 1
        ? `Wenn es bis dahin nicht erledigt ist, folgt noch eine Erinnerung am ${dates}.`
        : `Wenn es bis dahin nicht erledigt ist, folgen Erinnerungen am ${dates}.`,
    noNext: 'Dazu folgt keine weitere Erinnerung.',
    resolvedTitle: ({ title }) => `Erledigt: ${title}`,
    resolved: {
      swap: 'Die Batterie wurde gewechselt.',
      'date-moved': 'Das Datum liegt wieder weiter in der Zukunft.',
      cleared: 'Die USV meldet es nicht mehr.',
      superseded: 'Eine andere Meldung ist an ihre Stelle getreten.',
      removed: 'Diese USV wird nicht mehr überwacht.',
      unknown: 'Es trifft nicht mehr zu.',
    },
  },

  label: {
    model: 'Modell',
    serial: 'Seriennummer',
    sku: 'Artikelnummer',
    cartridge: 'Batteriemodul',
    externalCartridge: 'Externes Batteriemodul',
    quantity: 'Anzahl',
    installed: 'Batterie eingebaut',
    replaceBy: 'Ersetzen bis',
    warrantyEnd: 'Garantie bis',
    plan: 'Serviceplan',
    part: 'Teilenummer',
    due: 'Fällig',
    contactName: 'Name',
    jobRole: 'Funktion',
    mail: 'E-Mail',
    phone: 'Telefon',
  },
  value: {
    estimated: ({ date }) => `${date} (geschätzt)`,
    plan: ({ kind, date }) => (kind === 'advanced' ? `Advanced-Plan bis ${date}` : `Standard-Plan bis ${date}`),
    pack: ({ pack }) => `Batteriepaket ${pack}`,
    cartridge: ({ pack, cartridge }) => `Batteriepaket ${pack}, Modul ${cartridge}`,
    due: 'ja',
    notDue: 'nein',
  },

  closing: {
    contactHeading: 'Ansprechperson',
    contact: ({ company }) =>
      `Fragen und Angebote richten Sie bitte an diese Person bei ${company}; auch eine Antwort auf diese E-Mail geht dorthin.`,
    optOutHeading: 'Wenn Sie diese E-Mails nicht mehr möchten',
    optOut: ({ company, mail }) =>
      `Antworten Sie auf diese E-Mail oder schreiben Sie an ${mail}, dass Sie sich abmelden. Bei ${company} werden diese E-Mails dann abgestellt, und Sie bekommen nichts mehr.`,
    optOutByLink:
      'Sie bestätigen es auf einer Webseite. Danach bekommen Sie nichts mehr; eine letzte E-Mail bestätigt es.',
    optOutByMail: ({ word }) =>
      `Senden Sie diese E-Mail, die ein Klick in den meisten E-Mail-Programmen vorbereitet, oder antworten Sie auf die vorliegende mit dem Wort ${word} in der ersten Zeile. Danach bekommen Sie nichts mehr; eine letzte E-Mail bestätigt es.`,
    optOutByReply: ({ word }) =>
      `Sie können auch auf diese E-Mail antworten, mit dem Wort ${word} in der ersten Zeile.`,
  },

  invitation: {
    subject: ({ company }) => `${company} möchte Sie über seine USV-Batterien auf dem Laufenden halten`,
    intro: ({ company }) =>
      `${company} schützt seine Technik mit unterbrechungsfreien Stromversorgungen (USV) und möchte, dass Sie als Händler rechtzeitig erfahren, wenn eine Batterie, eine Garantie oder ein Serviceplan abläuft. Ein Programm namens upsteward, das bei ${company} läuft, würde Ihnen die E-Mails schicken. Sie brauchen kein Konto, und es kostet nichts.`,
    getsHeading: 'Was Sie bekämen',
    gets: ({ company }) => [
      'Eine E-Mail 3 Monate, 30 Tage und 7 Tage vor einem solchen Datum und am Tag selbst, ebenso wenn eine USV eine verbrauchte Batterie meldet; nie mehr als eine solche E-Mail am Tag.',
      'Darin steht, was ein Angebot braucht: Modell und Seriennummer der USV, Teilenummer und Anzahl der Batterien, die Daten und der Standort.',
      `Name, E-Mail-Adresse und Telefonnummer der Ansprechperson bei ${company}.`,
    ],
    acceptHeading: 'So nehmen Sie an',
    accept: ({ company, days }) =>
      n(days, {
        one: `Geben Sie diesen Code Ihrem Kontakt bei ${company}, auf welchem Weg Sie auch sonst miteinander sprechen. Er wird dort eingetippt, das ist alles. Er gilt ${days} Tag.`,
        other: `Geben Sie diesen Code Ihrem Kontakt bei ${company}, auf welchem Weg Sie auch sonst miteinander sprechen. Er wird dort eingetippt, das ist alles. Er gilt ${days} Tage.`,
      }),
    declineHeading: 'Wenn Sie das nicht möchten',
    decline: ({ company, days }) =>
      n(days, {
        one: `Sie brauchen nichts zu tun. Nach ${days} Tag verfällt diese Einladung, und es kommt nichts mehr. Wenn Sie mögen, sagen Sie ${company}, dass Sie ablehnen.`,
        other: `Sie brauchen nichts zu tun. Nach ${days} Tagen verfällt diese Einladung, und es kommt nichts mehr. Wenn Sie mögen, sagen Sie ${company}, dass Sie ablehnen.`,
      }),
    answerHeading: 'Ihre Antwort',
    byLink: ({ days }) =>
      n(days, {
        one: `Auf einer Webseite nehmen Sie an oder lehnen ab; bevor Sie dort einen Knopf drücken, geschieht nichts. Die Einladung gilt ${days} Tag.`,
        other: `Auf einer Webseite nehmen Sie an oder lehnen ab; bevor Sie dort einen Knopf drücken, geschieht nichts. Die Einladung gilt ${days} Tage.`,
      }),
    byMail: ({ days }) =>
      n(days, {
        one: `Senden Sie eine dieser E-Mails. In den meisten E-Mail-Programmen bereitet ein Klick sie vor; senden Sie sie so ab, wie sie ist. Die Einladung gilt ${days} Tag.`,
        other: `Senden Sie eine dieser E-Mails. In den meisten E-Mail-Programmen bereitet ein Klick sie vor; senden Sie sie so ab, wie sie ist. Die Einladung gilt ${days} Tage.`,
      }),
    byReply: ({ accept, decline }) =>
      `Sie können auch auf diese E-Mail antworten, mit dem Wort ${accept} oder ${decline} in der ersten Zeile.`,
    byCode: ({ company }) =>
      `Oder geben Sie diesen Code Ihrem Kontakt bei ${company}, auf welchem Weg Sie auch sonst miteinander sprechen. Er wird dort eingetippt.`,
    noAnswer: ({ days }) =>
      n(days, {
        one: `Wenn Sie nicht antworten, verfällt die Einladung nach ${days} Tag, und es kommt nichts mehr.`,
        other: `Wenn Sie nicht antworten, verfällt die Einladung nach ${days} Tagen, und es kommt nichts mehr.`,
      }),
    reference: ({ token }) => `Kennzeichen dieser Einladung: ${token}`,
    privacy: ({ company }) =>
      `Diese Einladung nennt Ihnen den Namen ${company} und sonst nichts. Über die USV-Geräte wird nichts gesendet, bevor Sie annehmen, und danach können Sie sich jederzeit abmelden.`,
  },

  action: {
    answer: 'Annehmen oder ablehnen',
    accept: 'Annehmen',
    decline: 'Ablehnen',
    optOut: 'Abmelden',
    open: ({ label }) => `${label}: öffnen Sie diese Seite:`,
    write: ({ label, address }) => `${label}: senden Sie eine E-Mail an ${address} mit diesem Betreff:`,
  },
  word: { accept: 'ANNEHMEN', decline: 'ABLEHNEN', optOut: 'ABMELDEN' },
  letter: {
    accept: ({ company }) =>
      `Bitte senden Sie diese E-Mail so ab, wie sie ist. Sie sagt ${company}, dass Sie die Einladung annehmen.`,
    decline: ({ company }) =>
      `Bitte senden Sie diese E-Mail so ab, wie sie ist. Sie sagt ${company}, dass Sie die Einladung ablehnen.`,
    optOut: ({ company }) =>
      `Bitte senden Sie diese E-Mail so ab, wie sie ist. Sie sagt ${company}, dass Sie keine solchen E-Mails mehr möchten.`,
  },
  farewell: {
    subject: ({ company }) => `Sie haben sich abgemeldet – ${company}`,
    body: ({ company }) => [
      `Sie haben sich von den E-Mails über die USV-Geräte von ${company} abgemeldet. Dies ist die letzte: es kommt nichts mehr, und was noch wartete, wurde gelöscht.`,
      `Wenn das ein Versehen war, bitten Sie Ihren Kontakt bei ${company}, Sie erneut einzuladen.`,
    ],
  },

  customer: {
    confirmed: {
      subject: ({ company }) => `Ihr Händler hat angenommen – ${company}`,
      body: ({ address }) => [
        `${address} hat Ihre Einladung angenommen. Ab jetzt erfährt Ihr Händler, wenn eine Batterie, eine Garantie oder ein Serviceplan Aufmerksamkeit braucht.`,
        'Beenden können Sie das jederzeit auf der Seite "Reseller" oder mit "upsteward reseller disconnect".',
      ],
    },
    declined: {
      subject: ({ company }) => `Ihr Händler hat abgelehnt – ${company}`,
      body: ({ address }) => [
        `${address} hat Ihre Einladung abgelehnt. An diese Adresse wird nichts gesendet.`,
        'Erneut oder jemand anderen einladen können Sie auf der Seite "Reseller". Von Hand: "upsteward reseller invite", oder eine andere Adresse als reseller.email in der Konfiguration.',
      ],
    },
    expired: {
      subject: ({ company }) => `Ihr Händler hat nicht geantwortet – ${company}`,
      body: ({ address }) => [
        `${address} hat die Einladung verfallen lassen. An diese Adresse wird nichts gesendet, und der Code gilt nicht mehr.`,
        'Erneut einladen können Sie auf der Seite "Reseller" oder mit "upsteward reseller invite"; oft hilft vorher ein Anruf.',
      ],
    },
    'opted-out': {
      subject: ({ company }) => `Ihr Händler möchte nicht mehr benachrichtigt werden – ${company}`,
      body: ({ address }) => [
        `${address} hat sich abgemeldet. An diese Adresse wird nichts mehr gesendet; was noch dafür wartete, wurde gelöscht.`,
        'Erneut oder jemand anderen einladen können Sie auf der Seite "Reseller". Von Hand: "upsteward reseller invite", oder eine andere Adresse als reseller.email in der Konfiguration.',
      ],
    },
    undeliverable: {
      subject: ({ company }) => `Ihre Einladung war nicht zustellbar – ${company}`,
      body: ({ address }) => [
        `Die Einladung an ${address} konnte nicht zugestellt werden und wurde aufgegeben.`,
        'Prüfen Sie die Adresse auf der Seite "Reseller" (reseller.email in der Konfiguration) und laden Sie dann dort oder mit "upsteward reseller invite" erneut ein.',
      ],
    },
    'delivery-failed': {
      subject: ({ address, company }) => `E-Mail an ${address} war nicht zustellbar – ${company}`,
      body: ({ address }) => [
        `Eine E-Mail an ${address} konnte nicht zugestellt werden und wurde aufgegeben. Was darin stand, hat niemand erfahren.`,
        'Prüfen Sie die Adresse und den Mailserver und führen Sie dann "upsteward test-mail" aus. Bitte geben Sie von Hand weiter, was nicht angekommen ist.',
      ],
    },
    bounced: {
      subject: ({ address, company }) => `E-Mail an ${address} kommt zurück – ${company}`,
      body: ({ address }) => [
        `Eine E-Mail an ${address} kam endgültig zurück. Was darin stand, hat vielleicht niemand erfahren.`,
        'Fragen Sie Ihren Händler nach der richtigen Adresse und tragen Sie sie auf der Seite "Reseller" ein (reseller.email in der Konfiguration). Bitte geben Sie von Hand weiter, was nicht angekommen ist.',
      ],
    },
    'answered-late': {
      subject: ({ company }) => `Ihr Händler hat zu spät angenommen – ${company}`,
      body: ({ address }) => [
        `${address} hat Ihre Einladung angenommen, nachdem sie verfallen war; das zählte nicht mehr. An diese Adresse wird nichts gesendet.`,
        'Erneut einladen können Sie auf der Seite "Reseller" oder mit "upsteward reseller invite".',
      ],
    },
    'reply-unclear': {
      subject: ({ company }) => `Ihr Händler hat Ihnen geschrieben – ${company}`,
      body: ({ address }) => [
        `Eine E-Mail von ${address} kam im Postfach für Antworten an, ist aber keine Antwort, die upsteward versteht. Sie liegt dort ungelesen.`,
        'Bitte lesen Sie sie: vielleicht wartet jemand auf ein Wort von Ihnen.',
      ],
    },
    'endpoint-refused': {
      subject: ({ company }) => `Der Cloud-Endpunkt hat Meldungen abgelehnt – ${company}`,
      body: ({ address }) => [
        `Der Endpunkt ${address} hat Meldungen endgültig abgelehnt; sie wurden aufgegeben und werden nicht noch einmal gesendet.`,
        'Prüfen Sie den Endpunkt; was er abgelehnt hat, steht im Verlauf unter cloud.refused.',
      ],
    },
    'endpoint-disabled': {
      subject: ({ company }) => `Der Cloud-Endpunkt nimmt keine Meldungen mehr an – ${company}`,
      body: ({ address }) => [
        `Der Endpunkt ${address} hat geantwortet, dass es ihn nicht mehr gibt. Es wird nichts mehr dorthin gesendet.`,
        'Prüfen Sie cloud.endpoint in der Konfiguration; sobald dort ein Endpunkt steht, der antwortet, wird wieder gesendet.',
      ],
    },
  },
  customerLabel: { reply: 'Die Gegenseite sagte', items: 'Was nicht angekommen ist', from: 'Die Antwort kam von' },

  page: {
    invitedHeading: ({ company }) => `${company} lädt Sie ein`,
    confirmedHeading: 'Sie haben angenommen',
    confirmed: ({ company }) => `${company} hält Sie auf dem Laufenden. Sie können sich hier jederzeit abmelden.`,
    declinedHeading: 'Sie haben abgelehnt',
    declined: ({ company }) =>
      `Sie bekommen nichts zugesandt. Wenn Sie es sich anders überlegen, bitten Sie ${company} um eine neue Einladung.`,
    optedOutHeading: 'Sie haben sich abgemeldet',
    optedOut: ({ company }) =>
      `Sie bekommen nichts mehr; eine letzte E-Mail bestätigt es. Wenn das ein Versehen war, bitten Sie ${company} um eine neue Einladung.`,
    endedHeading: 'Diese Einladung gilt nicht mehr',
    ended:
      'Sie bekommen nichts zugesandt. Wenn Sie benachrichtigt werden möchten, bitten Sie Ihren Kontakt um eine neue Einladung.',
    unknownHeading: 'Dieser Link ist hier nicht bekannt',
    unknown: 'Vielleicht ist er unvollständig: kopieren Sie ihn als Ganzes aus der E-Mail.',
    busyHeading: 'Zu viele Versuche',
    busy: 'Bitte versuchen Sie es in einigen Minuten noch einmal.',
    failedHeading: 'Das hat nicht geklappt',
    failed: 'Ihre Antwort konnte nicht notiert werden. Bitte versuchen Sie es in einigen Minuten noch einmal.',
  },

  test: {
    subject: ({ company }) => `Testmail von upsteward – ${company}`,
    body: ({ company, date }) => [
      `Dies ist die Testmail, die bei ${company} am ${date} angefordert wurde. E-Mail von upsteward kommt an dieser Adresse an.`,
      'Es ist nichts zu tun.',
    ],
  },
};
