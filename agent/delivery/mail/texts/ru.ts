import { longDate, plurals, type Texts } from './catalogue.ts';

const n = plurals('ru');
const left = (days: number) =>
  days === 90
    ? 'осталось 3 месяца'
    : n(days, {
        one: `остался ${days} день`,
        few: `осталось ${days} дня`,
        many: `осталось ${days} дней`,
        other: `осталось ${days} дня`,
      });
const ago = (days: number) =>
  n(days, {
    one: `${days} день назад`,
    few: `${days} дня назад`,
    many: `${days} дней назад`,
    other: `${days} дня назад`,
  });
const date = longDate('ru-RU');

export const ru: Texts = {
  language: 'ru',
  date: (day) => date(day).replace(/\u00a0г\.$/, '\u00a0года'),
  titles: {
    'replace-battery': () => 'Замените батарею',
    'battery-needs-replacement': () => 'Батарея требует замены',
    'battery-end-of-life-exceeded': () => 'Срок службы батареи превышен',
    'battery-replacement-due': () => 'Подходит срок замены батареи',
    'warranty-expires': (on) => (on ? `Гарантия истекает ${on}` : 'Гарантия истекает'),
    'advanced-plan-expired': (on) => (on ? `План Advanced истёк ${on}` : 'План Advanced истёк'),
    'advanced-plan-expires': (on) => (on ? `План Advanced истекает ${on}` : 'План Advanced истекает'),
    'standard-plan-expired': (on) => (on ? `План Standard истёк ${on}` : 'План Standard истёк'),
    'standard-plan-expires': (on) => (on ? `План Standard истекает ${on}` : 'План Standard истекает'),
  },
  greeting: 'Здравствуйте!',
  signature: ({ company }) => `Это письмо написала программа upsteward, которая следит за ИБП компании ${company}.`,
  responsibility:
    'Ответственность за ваши ИБП остаётся на вас, кто бы ещё ни получал уведомления. Батареи и продление гарантии можно купить у любого поставщика, а не только у этого продавца.',

  subject: {
    one: ({ title, unit, timing, company }) => {
      switch (timing.kind) {
        case 'left':
          return `${title}: ${unit}, ${left(timing.days)} – ${company}`;
        case 'today':
          return `${title}: ${unit}, сегодня – ${company}`;
        case 'past':
          return `${title}: ${unit}, ${ago(timing.days)} – ${company}`;
        case 'undated':
          return `${title}: ${unit} – ${company}`;
      }
    },
    oneAndMore: ({ title, more, unit, company }) =>
      n(more, {
        one: `${title} и ещё ${more} событие: ${unit} – ${company}`,
        few: `${title} и ещё ${more} события: ${unit} – ${company}`,
        other: `${title} и ещё ${more} событий: ${unit} – ${company}`,
      }),
    many: ({ units, company }) =>
      n(units, {
        one: `${units} ИБП требует внимания – ${company}`,
        other: `${units} ИБП требуют внимания – ${company}`,
      }),
    resolvedOne: ({ title, unit, company }) => `Решено: ${title}: ${unit} – ${company}`,
    resolvedMany: ({ units, company }) => `Решено для ${units} ИБП – ${company}`,
    reminder: ({ subject }) => `Напоминание: ${subject}`,
    unitAt: ({ unit, site }) => `${unit} (${site})`,
  },

  intro: {
    reseller: ({ company, units }) =>
      n(units, {
        one: `upsteward пишет вам от имени компании ${company}, которая хочет, чтобы вы знали, когда батарея, гарантия или план обслуживания требуют внимания. Сегодня речь идёт о ${units} ИБП.`,
        other: `upsteward пишет вам от имени компании ${company}, которая хочет, чтобы вы знали, когда батарея, гарантия или план обслуживания требуют внимания. Сегодня речь идёт о ${units} ИБП.`,
      }),
    resellerReminder: ({ company }) =>
      `upsteward пишет вам от имени компании ${company}, которая ещё раз просит вас посмотреть следующее.`,
    resellerResolved: ({ company }) =>
      `upsteward пишет вам от имени компании ${company}. То, о чём вам сообщалось раньше, решено; вам ничего не нужно делать.`,
    customer: ({ company, units }) =>
      n(units, {
        one: `${units} ИБП компании ${company} требует внимания.`,
        other: `${units} ИБП компании ${company} требуют внимания.`,
      }),
    customerReminder: ({ company }) => `Это напоминание, которое запросили в компании ${company}.`,
    customerResolved: ({ company }) =>
      `То, о чём вам сообщалось об ИБП компании ${company}, решено; больше ничего делать не нужно.`,
  },

  otherUnits: 'Другие ИБП',
  unnamedUnit: 'ИБП',

  event: {
    left: ({ days, date: on }) => `${on}: ${left(days)}.`,
    today: ({ date: on }) => `${on}: это сегодня.`,
    past: ({ days, date: on }) => `${on}: это было ${ago(days)}.`,
    undated: 'Об этом сообщает сам ИБП.',
    estimate: 'Эта дата – оценка.',
    next: ({ dates, count }) =>
      count === 1
        ? `Если до тех пор вопрос не решится, ещё одно напоминание придёт ${dates}.`
        : `Если до тех пор вопрос не решится, напоминания придут ${dates}.`,
    noNext: 'Больше напоминаний об этом не будет.',
    resolvedTitle: ({ title }) => `Решено: ${title}`,
    resolved: {
      swap: 'Батарея заменена.',
      'date-moved': 'Дата снова дальше в будущем.',
      cleared: 'ИБП больше об этом не сообщает.',
      superseded: 'Его место заняло другое событие.',
      removed: 'За этим ИБП больше не следят.',
      unknown: 'Это больше не актуально.',
    },
  },

  label: {
    model: 'Модель',
    serial: 'Серийный номер',
    sku: 'Артикул (SKU)',
    cartridge: 'Батарейный картридж',
    externalCartridge: 'Внешний батарейный картридж',
    quantity: 'Количество',
    installed: 'Батарея установлена',
    replaceBy: 'Заменить до',
    warrantyEnd: 'Окончание гарантии',
    plan: 'План обслуживания',
    part: 'Номер детали',
    due: 'К замене',
    contactName: 'Имя',
    jobRole: 'Должность',
    mail: 'Почта',
    phone: 'Телефон',
  },
  value: {
    estimated: ({ date: on }) => `${on} (оценка)`,
    plan: ({ kind, date: on }) => (kind === 'advanced' ? `План Advanced до ${on}` : `План Standard до ${on}`),
    pack: ({ pack }) => `Блок ${pack}`,
    cartridge: ({ pack, cartridge }) => `Блок ${pack}, картридж ${cartridge}`,
    due: 'да',
    notDue: 'нет',
  },

  closing: {
    contactHeading: 'К кому обращаться',
    contact: ({ company }) =>
      `Вопросы и предложения направляйте этому сотруднику компании ${company}; ответ на это письмо тоже придёт ему.`,
    optOutHeading: 'Если вы больше не хотите получать такие письма',
    optOut: ({ company, mail }) =>
      `Ответьте на это письмо или напишите на ${mail}, что отказываетесь от уведомлений. В компании ${company} отключат эти письма, и вам больше ничего не придёт.`,
  },

  invitation: {
    subject: ({ company }) => `Компания ${company} хотела бы сообщать вам о батареях своих ИБП`,
    intro: ({ company }) =>
      `Компания ${company} защищает своё оборудование источниками бесперебойного питания (ИБП) и хотела бы, чтобы вы как её поставщик вовремя узнавали, когда заканчивается срок батареи, гарантии или плана обслуживания. Письма отправляла бы программа upsteward, которая работает в компании ${company}. Учётная запись не нужна, и это ничего не стоит.`,
    getsHeading: 'Что вы будете получать',
    gets: ({ company }) => [
      'Письмо за 3 месяца, за 30 дней и за 7 дней до такой даты и в сам этот день, а также когда ИБП сообщает об изношенной батарее; никогда не больше одного такого письма в день.',
      'В нём есть всё для коммерческого предложения: модель и серийный номер ИБП, номер и количество батарей, даты и место установки.',
      `Имя, адрес почты и телефон сотрудника компании ${company}, к которому можно обратиться.`,
    ],
    acceptHeading: 'Чтобы согласиться',
    accept: ({ company, days }) =>
      n(days, {
        one: `Передайте этот код вашему знакомому в компании ${company} тем способом, которым вы обычно общаетесь. Там его введут, и это всё. Код действует ${days} день.`,
        few: `Передайте этот код вашему знакомому в компании ${company} тем способом, которым вы обычно общаетесь. Там его введут, и это всё. Код действует ${days} дня.`,
        other: `Передайте этот код вашему знакомому в компании ${company} тем способом, которым вы обычно общаетесь. Там его введут, и это всё. Код действует ${days} дней.`,
      }),
    declineHeading: 'Если вам это не нужно',
    decline: ({ company, days }) =>
      n(days, {
        one: `Ничего делать не нужно. Через ${days} день приглашение истечёт, и больше ничего не придёт. Если хотите, скажите компании ${company}, что отказываетесь.`,
        few: `Ничего делать не нужно. Через ${days} дня приглашение истечёт, и больше ничего не придёт. Если хотите, скажите компании ${company}, что отказываетесь.`,
        other: `Ничего делать не нужно. Через ${days} дней приглашение истечёт, и больше ничего не придёт. Если хотите, скажите компании ${company}, что отказываетесь.`,
      }),
    reference: ({ token }) => `Номер этого приглашения: ${token}`,
    privacy: ({ company }) =>
      `Это письмо сообщает вам название ${company} и ничего больше. До вашего согласия об ИБП ничего не отправляется, а потом вы можете отказаться в любое время.`,
  },

  customer: {
    confirmed: {
      subject: ({ company }) => `Ваш поставщик согласился – ${company}`,
      body: ({ address }) => [
        `${address}: ваше приглашение принято. Теперь поставщик узнаёт, когда батарея, гарантия или план обслуживания требуют внимания.`,
        'Прекратить это можно в любое время командой "upsteward reseller disconnect".',
      ],
    },
    declined: {
      subject: ({ company }) => `Ваш поставщик отказался – ${company}`,
      body: ({ address }) => [
        `${address}: ваше приглашение отклонено. На этот адрес ничего не будет отправлено.`,
        'Чтобы пригласить снова, выполните "upsteward reseller invite"; чтобы пригласить другого, измените reseller.email в конфигурации.',
      ],
    },
    expired: {
      subject: ({ company }) => `Ваш поставщик не ответил – ${company}`,
      body: ({ address }) => [
        `${address}: срок приглашения истёк без ответа. На этот адрес ничего не будет отправлено, и код больше не действует.`,
        'Чтобы пригласить снова, выполните "upsteward reseller invite"; часто помогает предварительный звонок.',
      ],
    },
    'opted-out': {
      subject: ({ company }) => `Ваш поставщик больше не хочет получать уведомления – ${company}`,
      body: ({ address }) => [
        `${address}: получатель отказался от уведомлений. На этот адрес больше ничего не отправляется; то, что ещё ждало отправки, удалено.`,
        'Чтобы пригласить снова, выполните "upsteward reseller invite"; чтобы пригласить другого, измените reseller.email в конфигурации.',
      ],
    },
    undeliverable: {
      subject: ({ company }) => `Ваше приглашение не удалось доставить – ${company}`,
      body: ({ address }) => [
        `Приглашение на адрес ${address} не удалось доставить, попытки прекращены.`,
        'Проверьте reseller.email в конфигурации и затем выполните "upsteward reseller invite".',
      ],
    },
    'delivery-failed': {
      subject: ({ address, company }) => `Письмо на адрес ${address} не удалось доставить – ${company}`,
      body: ({ address }) => [
        `Письмо на адрес ${address} не удалось доставить, попытки прекращены. О его содержании никто не узнал.`,
        'Проверьте адрес и почтовый сервер и затем выполните "upsteward test-mail". Передайте сами то, что не дошло.',
      ],
    },
    'endpoint-refused': {
      subject: ({ company }) => `Облачный адрес отклонил события – ${company}`,
      body: ({ address }) => [
        `Адрес ${address} окончательно отклонил события; попытки прекращены, повторно они не отправляются.`,
        'Проверьте этот адрес; отклонённое записано в истории как cloud.refused.',
      ],
    },
    'endpoint-disabled': {
      subject: ({ company }) => `Облачный адрес больше не принимает события – ${company}`,
      body: ({ address }) => [
        `Адрес ${address} ответил, что его больше нет. Туда больше ничего не отправляется.`,
        'Проверьте cloud.endpoint в конфигурации; как только там будет адрес, который отвечает, отправка возобновится.',
      ],
    },
  },
  customerLabel: { reply: 'Ответ другой стороны', items: 'Что не дошло' },

  test: {
    subject: ({ company }) => `Проверочное письмо от upsteward – ${company}`,
    body: ({ company, date: on }) => [
      `Это проверочное письмо, которое запросили в компании ${company} ${on}. Почта от upsteward приходит на этот адрес.`,
      'Ничего делать не нужно.',
    ],
  },
};
