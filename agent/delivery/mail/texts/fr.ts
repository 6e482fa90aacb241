import { longDate, plurals, type Texts } from './catalogue.ts';

const n = plurals('fr');
const left = (days: number) =>
  days === 90 ? 'il reste 3 mois' : n(days, { one: `il reste ${days} jour`, other: `il reste ${days} jours` });
const ago = (days: number) => n(days, { one: `il y a ${days} jour`, other: `il y a ${days} jours` });
const date = longDate('fr-FR');

export const fr: Texts = {
  language: 'fr',
  date: (day) => date(day).replace(/^1\u00a0/, '1er\u00a0'),
  titles: {
    'replace-battery': () => 'Remplacer la batterie',
    'battery-needs-replacement': () => 'La batterie doit être remplacée',
    'battery-end-of-life-exceeded': () => 'Durée de vie de la batterie dépassée',
    'battery-replacement-due': () => 'Remplacement de la batterie à prévoir',
    'warranty-expires': (on) => (on ? `La garantie expire le ${on}` : 'La garantie expire'),
    'advanced-plan-expired': (on) => (on ? `Le plan Advanced a expiré le ${on}` : 'Le plan Advanced a expiré'),
    'advanced-plan-expires': (on) => (on ? `Le plan Advanced expire le ${on}` : 'Le plan Advanced expire'),
    'standard-plan-expired': (on) => (on ? `Le plan Standard a expiré le ${on}` : 'Le plan Standard a expiré'),
    'standard-plan-expires': (on) => (on ? `Le plan Standard expire le ${on}` : 'Le plan Standard expire'),
  },
  greeting: 'Bonjour,',
  signature: ({ company }) =>
    `Ce message a été écrit par upsteward, le programme qui surveille les onduleurs de ${company}.`,
  responsibility:
    'Vous restez responsable de vos onduleurs, quelles que soient les autres personnes averties. Les batteries et les extensions de garantie peuvent être achetées chez tout fournisseur, pas seulement chez votre revendeur.',

  subject: {
    one: ({ title, unit, timing, company }) => {
      switch (timing.kind) {
        case 'left':
          return `${title} : ${unit}, ${left(timing.days)} – ${company}`;
        case 'today':
          return `${title} : ${unit}, aujourd'hui – ${company}`;
        case 'past':
          return `${title} : ${unit}, ${ago(timing.days)} – ${company}`;
        case 'undated':
          return `${title} : ${unit} – ${company}`;
      }
    },
    oneAndMore: ({ title, more, unit, company }) =>
      n(more, {
        one: `${title} et ${more} autre avis : ${unit} – ${company}`,
        other: `${title} et ${more} autres avis : ${unit} – ${company}`,
      }),
    many: ({ units, company }) =>
      n(units, {
        one: `${units} onduleur demande votre attention – ${company}`,
        other: `${units} onduleurs demandent votre attention – ${company}`,
      }),
    resolvedOne: ({ title, unit, company }) => `Réglé : ${title} : ${unit} – ${company}`,
    resolvedMany: ({ units, company }) => `Réglé pour ${units} onduleurs – ${company}`,
    reminder: ({ subject }) => `Rappel : ${subject}`,
    unitAt: ({ unit, site }) => `${unit} (${site})`,
  },

  intro: {
    reseller: ({ company, units }) =>
      n(units, {
        one: `upsteward vous écrit au nom de ${company}, qui souhaite que vous soyez averti lorsqu'une batterie, une garantie ou un plan de service demande votre attention. Aujourd'hui, cela concerne ${units} onduleur.`,
        other: `upsteward vous écrit au nom de ${company}, qui souhaite que vous soyez averti lorsqu'une batterie, une garantie ou un plan de service demande votre attention. Aujourd'hui, cela concerne ${units} onduleurs.`,
      }),
    resellerReminder: ({ company }) =>
      `upsteward vous écrit au nom de ${company}, qui vous demande à nouveau de regarder les points suivants.`,
    resellerResolved: ({ company }) =>
      `upsteward vous écrit au nom de ${company}. Ce qui vous avait été signalé est réglé ; vous n'avez rien à faire.`,
    customer: ({ company, units }) =>
      n(units, {
        one: `${units} onduleur de ${company} demande votre attention.`,
        other: `${units} onduleurs de ${company} demandent votre attention.`,
      }),
    customerReminder: ({ company }) => `Voici le rappel qui a été demandé chez ${company}.`,
    customerResolved: ({ company }) =>
      `Ce qui vous avait été signalé au sujet des onduleurs de ${company} est réglé ; il n'y a plus rien à faire.`,
  },

  otherUnits: 'Autres onduleurs',
  unnamedUnit: 'Onduleur',

  event: {
    left: ({ days, date: on }) => `${on} : ${left(days)}.`,
    today: ({ date: on }) => `${on} : c'est aujourd'hui.`,
    past: ({ days, date: on }) => `${on} : c'était ${ago(days)}.`,
    undated: "C'est l'onduleur lui-même qui le signale.",
    estimate: 'La date est une estimation.',
    next: ({ dates, count }) =>
      count === 1
        ? `Si rien n'est réglé d'ici là, un dernier rappel partira le ${dates}.`
        : `Si rien n'est réglé d'ici là, des rappels partiront à ces dates : ${dates}.`,
    noNext: 'Aucun autre rappel ne sera envoyé à ce sujet.',
    resolvedTitle: ({ title }) => `Réglé : ${title}`,
    resolved: {
      swap: 'La batterie a été remplacée.',
      'date-moved': 'La date est de nouveau plus éloignée.',
      cleared: "L'onduleur ne le signale plus.",
      superseded: 'Un autre avis a pris sa place.',
      removed: "Cet onduleur n'est plus surveillé.",
      unknown: "Ce n'est plus d'actualité.",
    },
  },

  label: {
    model: 'Modèle',
    serial: 'Numéro de série',
    sku: 'Référence (SKU)',
    cartridge: 'Cartouche de batterie',
    externalCartridge: 'Cartouche externe',
    quantity: 'Quantité',
    installed: 'Batterie installée le',
    replaceBy: 'À remplacer avant le',
    warrantyEnd: 'Fin de garantie',
    plan: 'Plan de service',
    part: 'Référence',
    due: 'À remplacer',
    contactName: 'Nom',
    jobRole: 'Fonction',
    mail: 'E-mail',
    phone: 'Téléphone',
  },
  value: {
    estimated: ({ date: on }) => `${on} (estimation)`,
    plan: ({ kind, date: on }) =>
      kind === 'advanced' ? `Plan Advanced jusqu'au ${on}` : `Plan Standard jusqu'au ${on}`,
    pack: ({ pack }) => `Bloc ${pack}`,
    cartridge: ({ pack, cartridge }) => `Bloc ${pack}, cartouche ${cartridge}`,
    due: 'oui',
    notDue: 'non',
  },

  closing: {
    contactHeading: 'Qui contacter',
    contact: ({ company }) =>
      `Adressez vos questions et vos devis à cette personne chez ${company} ; une réponse à ce message lui parvient aussi.`,
    optOutHeading: 'Si vous ne souhaitez plus recevoir ces messages',
    optOut: ({ company, mail }) =>
      `Répondez à ce message ou écrivez à ${mail} pour dire que vous vous désinscrivez. ${company} met alors fin à ces messages, et plus rien ne vous est envoyé.`,
    optOutByLink:
      'Vous le confirmez sur une page web. Plus rien ne vous est envoyé ensuite ; un dernier message le confirme.',
    optOutByMail: ({ word }) =>
      `Envoyez ce message, qu'un clic prépare dans la plupart des messageries, ou répondez à celui-ci avec le mot ${word} sur la première ligne. Plus rien ne vous est envoyé ensuite ; un dernier message le confirme.`,
    optOutByReply: ({ word }) => `Vous pouvez aussi répondre à ce message avec le mot ${word} sur la première ligne.`,
  },

  invitation: {
    subject: ({ company }) => `${company} souhaite vous tenir informé des batteries de ses onduleurs`,
    intro: ({ company }) =>
      `${company} protège son matériel par des onduleurs et souhaite que vous, son revendeur, soyez averti à temps lorsqu'une batterie, une garantie ou un plan de service arrive à son terme. Un programme nommé upsteward, qui fonctionne chez ${company}, vous enverrait les messages. Aucun compte n'est nécessaire et cela ne coûte rien.`,
    getsHeading: 'Ce que vous recevriez',
    gets: ({ company }) => [
      "Un message 3 mois, 30 jours et 7 jours avant une telle date et le jour même, ainsi que lorsqu'un onduleur signale une batterie usée ; jamais plus d'un tel message par jour.",
      "Tout ce qu'il faut pour un devis : le modèle et le numéro de série de l'onduleur, la référence et le nombre des batteries, les dates et l'emplacement.",
      `Le nom, l'adresse e-mail et le numéro de téléphone de la personne à contacter chez ${company}.`,
    ],
    acceptHeading: 'Pour accepter',
    accept: ({ company, days }) =>
      n(days, {
        one: `Donnez ce code à votre contact chez ${company}, par le moyen que vous utilisez d'habitude. Il y sera saisi, et c'est tout. Il est valable ${days} jour.`,
        other: `Donnez ce code à votre contact chez ${company}, par le moyen que vous utilisez d'habitude. Il y sera saisi, et c'est tout. Il est valable ${days} jours.`,
      }),
    declineHeading: 'Si cela ne vous intéresse pas',
    decline: ({ company, days }) =>
      n(days, {
        one: `Vous n'avez rien à faire. Après ${days} jour, cette invitation expire et plus rien n'est envoyé. Si vous le voulez, dites à ${company} que vous refusez.`,
        other: `Vous n'avez rien à faire. Après ${days} jours, cette invitation expire et plus rien n'est envoyé. Si vous le voulez, dites à ${company} que vous refusez.`,
      }),
    answerHeading: 'Votre réponse',
    byLink: ({ days }) =>
      n(days, {
        one: `Vous acceptez ou refusez sur une page web ; rien ne se passe avant que vous n'y appuyiez sur un bouton. L'invitation est valable ${days} jour.`,
        other: `Vous acceptez ou refusez sur une page web ; rien ne se passe avant que vous n'y appuyiez sur un bouton. L'invitation est valable ${days} jours.`,
      }),
    byMail: ({ days }) =>
      n(days, {
        one: `Envoyez l'un de ces messages. Dans la plupart des messageries, un clic le prépare ; envoyez-le tel quel. L'invitation est valable ${days} jour.`,
        other: `Envoyez l'un de ces messages. Dans la plupart des messageries, un clic le prépare ; envoyez-le tel quel. L'invitation est valable ${days} jours.`,
      }),
    byReply: ({ accept, decline }) =>
      `Vous pouvez aussi répondre à ce message avec le mot ${accept} ou ${decline} sur la première ligne.`,
    byCode: ({ company }) =>
      `Ou donnez ce code à votre contact chez ${company}, par le moyen que vous utilisez d'habitude. Il y sera saisi.`,
    noAnswer: ({ days }) =>
      n(days, {
        one: `Si vous ne répondez pas, l'invitation expire après ${days} jour et plus rien n'est envoyé.`,
        other: `Si vous ne répondez pas, l'invitation expire après ${days} jours et plus rien n'est envoyé.`,
      }),
    reference: ({ token }) => `Référence de cette invitation : ${token}`,
    privacy: ({ company }) =>
      `Cette invitation vous révèle le nom ${company} et rien d'autre. Rien n'est envoyé au sujet de ses onduleurs avant que vous n'acceptiez, et vous pourrez ensuite vous désinscrire à tout moment.`,
  },

  action: {
    answer: 'Accepter ou refuser',
    accept: 'Accepter',
    decline: 'Refuser',
    optOut: 'Se désinscrire',
    open: ({ label }) => `${label} : ouvrez cette page :`,
    write: ({ label, address }) => `${label} : envoyez un message à ${address} avec cet objet :`,
  },
  word: { accept: 'ACCEPTER', decline: 'REFUSER', optOut: 'DÉSINSCRIPTION' },
  letter: {
    accept: ({ company }) =>
      `Merci d'envoyer ce message tel quel. Il indique à ${company} que vous acceptez l'invitation.`,
    decline: ({ company }) =>
      `Merci d'envoyer ce message tel quel. Il indique à ${company} que vous refusez l'invitation.`,
    optOut: ({ company }) =>
      `Merci d'envoyer ce message tel quel. Il indique à ${company} que vous ne voulez plus de ces messages.`,
  },
  farewell: {
    subject: ({ company }) => `Vous êtes désinscrit – ${company}`,
    body: ({ company }) => [
      `Vous vous êtes désinscrit des messages sur les onduleurs de ${company}. Celui-ci est le dernier : plus rien ne vous est envoyé, et ce qui attendait encore de partir a été supprimé.`,
      `Si c'était une erreur, demandez à votre contact chez ${company} de vous inviter de nouveau.`,
    ],
  },

  customer: {
    confirmed: {
      subject: ({ company }) => `Votre revendeur a accepté – ${company}`,
      body: ({ address }) => [
        `${address} a accepté votre invitation. Désormais, votre revendeur est averti lorsqu'une batterie, une garantie ou un plan de service demande votre attention.`,
        'Vous pouvez y mettre fin à tout moment, sur la page « Reseller » ou avec « upsteward reseller disconnect ».',
      ],
    },
    declined: {
      subject: ({ company }) => `Votre revendeur a refusé – ${company}`,
      body: ({ address }) => [
        `${address} a refusé votre invitation. Rien ne sera envoyé à cette adresse.`,
        "Vous pouvez inviter de nouveau, ou inviter quelqu'un d'autre, sur la page « Reseller ». À la main : « upsteward reseller invite », ou une autre adresse comme reseller.email dans la configuration.",
      ],
    },
    expired: {
      subject: ({ company }) => `Votre revendeur n'a pas répondu – ${company}`,
      body: ({ address }) => [
        `${address} a laissé expirer l'invitation. Rien ne sera envoyé à cette adresse, et le code n'est plus valable.`,
        'Vous pouvez inviter de nouveau sur la page « Reseller » ou avec « upsteward reseller invite » ; un appel au préalable aide souvent.',
      ],
    },
    'opted-out': {
      subject: ({ company }) => `Votre revendeur ne souhaite plus être averti – ${company}`,
      body: ({ address }) => [
        `${address} s'est désinscrit. Plus rien n'est envoyé à cette adresse ; ce qui attendait encore de partir a été supprimé.`,
        "Vous pouvez inviter de nouveau, ou inviter quelqu'un d'autre, sur la page « Reseller ». À la main : « upsteward reseller invite », ou une autre adresse comme reseller.email dans la configuration.",
      ],
    },
    undeliverable: {
      subject: ({ company }) => `Votre invitation n'a pas pu être remise – ${company}`,
      body: ({ address }) => [
        `L'invitation à ${address} n'a pas pu être remise et a été abandonnée.`,
        "Vérifiez l'adresse sur la page « Reseller » (reseller.email dans la configuration), puis invitez de nouveau sur cette page ou avec « upsteward reseller invite ».",
      ],
    },
    'delivery-failed': {
      subject: ({ address, company }) => `Le message à ${address} n'a pas pu être remis – ${company}`,
      body: ({ address }) => [
        `Un message à ${address} n'a pas pu être remis et a été abandonné. Personne n'a été averti de son contenu.`,
        "Vérifiez l'adresse et le serveur de messagerie, puis exécutez « upsteward test-mail ». Transmettez vous-même ce qui n'est pas arrivé.",
      ],
    },
    bounced: {
      subject: ({ address, company }) => `Les messages à ${address} reviennent – ${company}`,
      body: ({ address }) => [
        `Un message à ${address} est revenu définitivement. Il se peut que personne n'ait été averti de son contenu.`,
        "Demandez la bonne adresse à votre revendeur et saisissez-la sur la page « Reseller » (reseller.email dans la configuration). Transmettez vous-même ce qui n'est pas arrivé.",
      ],
    },
    'answered-late': {
      subject: ({ company }) => `Votre revendeur a accepté trop tard – ${company}`,
      body: ({ address }) => [
        `${address} a accepté votre invitation après son expiration ; elle ne comptait donc plus. Rien ne sera envoyé à cette adresse.`,
        'Vous pouvez inviter de nouveau sur la page « Reseller » ou avec « upsteward reseller invite ».',
      ],
    },
    'reply-unclear': {
      subject: ({ company }) => `Votre revendeur vous a écrit – ${company}`,
      body: ({ address }) => [
        `Un message de ${address} est arrivé dans la boîte des réponses, mais ce n'est pas une réponse que upsteward comprend. Il y est resté non lu.`,
        "Merci de le lire : quelqu'un attend peut-être un mot de vous.",
      ],
    },
    'endpoint-refused': {
      subject: ({ company }) => `Le point d'accès cloud a refusé des événements – ${company}`,
      body: ({ address }) => [
        `Le point d'accès ${address} a refusé définitivement des événements ; ils ont été abandonnés et ne seront pas renvoyés.`,
        "Vérifiez le point d'accès ; ce qu'il a refusé figure dans l'historique sous cloud.refused.",
      ],
    },
    'endpoint-disabled': {
      subject: ({ company }) => `Le point d'accès cloud n'accepte plus d'événements – ${company}`,
      body: ({ address }) => [
        `Le point d'accès ${address} a répondu qu'il n'existe plus. Plus rien ne lui est envoyé.`,
        "Vérifiez cloud.endpoint dans la configuration ; dès qu'un point d'accès qui répond y figure, les envois reprennent.",
      ],
    },
  },
  customerLabel: { reply: "Réponse de l'autre côté", items: "Ce qui n'est pas arrivé", from: 'La réponse vient de' },

  page: {
    invitedHeading: ({ company }) => `${company} vous invite`,
    confirmedHeading: 'Vous avez accepté',
    confirmed: ({ company }) => `${company} vous tiendra informé. Vous pouvez vous désinscrire ici à tout moment.`,
    declinedHeading: 'Vous avez refusé',
    declined: ({ company }) =>
      `Rien ne vous sera envoyé. Si vous changez d'avis, demandez à ${company} de vous inviter de nouveau.`,
    optedOutHeading: 'Vous êtes désinscrit',
    optedOut: ({ company }) =>
      `Plus rien ne vous est envoyé ; un dernier message le confirme. Si c'était une erreur, demandez à ${company} de vous inviter de nouveau.`,
    endedHeading: "Cette invitation n'est plus valable",
    ended: 'Rien ne vous est envoyé. Si vous souhaitez être informé, demandez une nouvelle invitation à votre contact.',
    unknownHeading: 'Ce lien est inconnu ici',
    unknown: 'Il est peut-être incomplet : copiez-le en entier depuis le message.',
    busyHeading: 'Trop de tentatives',
    busy: 'Merci de réessayer dans quelques minutes.',
    failedHeading: "Cela n'a pas fonctionné",
    failed: "Votre réponse n'a pas pu être enregistrée. Merci de réessayer dans quelques minutes.",
  },

  test: {
    subject: ({ company }) => `Message de test de upsteward – ${company}`,
    body: ({ company, date: on }) => [
      `Voici le message de test demandé chez ${company} le ${on}. Les messages de upsteward arrivent à cette adresse.`,
      "Il n'y a rien à faire.",
    ],
  },
};
