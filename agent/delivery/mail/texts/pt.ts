import { longDate, plurals, type Texts } from './catalogue.ts';

const n = plurals('pt');
const left = (days: number) =>
  days === 90 ? 'faltam 3 meses' : n(days, { one: `falta ${days} dia`, other: `faltam ${days} dias` });
const ago = (days: number) => n(days, { one: `há ${days} dia`, other: `há ${days} dias` });

export const pt: Texts = {
  language: 'pt',
  date: longDate('pt-BR'),
  titles: {
    'replace-battery': () => 'Substituir a bateria',
    'battery-needs-replacement': () => 'A bateria precisa ser substituída',
    'battery-end-of-life-exceeded': () => 'Vida útil da bateria ultrapassada',
    'battery-replacement-due': () => 'Substituição da bateria prevista',
    'warranty-expires': (date) => (date ? `A garantia termina em ${date}` : 'A garantia termina'),
    'advanced-plan-expired': (date) => (date ? `O plano Advanced terminou em ${date}` : 'O plano Advanced terminou'),
    'advanced-plan-expires': (date) => (date ? `O plano Advanced termina em ${date}` : 'O plano Advanced termina'),
    'standard-plan-expired': (date) => (date ? `O plano Standard terminou em ${date}` : 'O plano Standard terminou'),
    'standard-plan-expires': (date) => (date ? `O plano Standard termina em ${date}` : 'O plano Standard termina'),
  },
  greeting: 'Olá,',
  signature: ({ company }) => `Esta mensagem foi escrita por upsteward, o programa que monitora os UPS de ${company}.`,
  responsibility:
    'A responsabilidade pelos seus UPS continua sendo sua, seja quem for que também receba os avisos. Baterias e extensões de garantia podem ser compradas de qualquer fornecedor, não apenas do seu revendedor.',

  subject: {
    one: ({ title, unit, timing, company }) => {
      switch (timing.kind) {
        case 'left':
          return `${title}: ${unit}, ${left(timing.days)} – ${company}`;
        case 'today':
          return `${title}: ${unit}, hoje – ${company}`;
        case 'past':
          return `${title}: ${unit}, ${ago(timing.days)} – ${company}`;
        case 'undated':
          return `${title}: ${unit} – ${company}`;
      }
    },
    oneAndMore: ({ title, more, unit, company }) =>
      n(more, {
        one: `${title} e mais ${more} aviso: ${unit} – ${company}`,
        other: `${title} e mais ${more} avisos: ${unit} – ${company}`,
      }),
    many: ({ units, company }) =>
      n(units, {
        one: `${units} UPS requer atenção – ${company}`,
        other: `${units} UPS requerem atenção – ${company}`,
      }),
    resolvedOne: ({ title, unit, company }) => `Resolvido: ${title}: ${unit} – ${company}`,
    resolvedMany: ({ units, company }) => `Resolvido em ${units} UPS – ${company}`,
    reminder: ({ subject }) => `Lembrete: ${subject}`,
    unitAt: ({ unit, site }) => `${unit} (${site})`,
  },

  intro: {
    reseller: ({ company, units }) =>
      n(units, {
        one: `upsteward escreve em nome de ${company}, que deseja avisar você quando uma bateria, uma garantia ou um plano de serviço requer atenção. Hoje trata-se de ${units} UPS.`,
        other: `upsteward escreve em nome de ${company}, que deseja avisar você quando uma bateria, uma garantia ou um plano de serviço requer atenção. Hoje trata-se de ${units} UPS.`,
      }),
    resellerReminder: ({ company }) =>
      `upsteward escreve em nome de ${company}, que pede mais uma vez a sua atenção para o seguinte.`,
    resellerResolved: ({ company }) =>
      `upsteward escreve em nome de ${company}. O que tinha sido comunicado está resolvido; não é preciso fazer nada.`,
    customer: ({ company, units }) =>
      n(units, {
        one: `${units} UPS de ${company} requer atenção.`,
        other: `${units} UPS de ${company} requerem atenção.`,
      }),
    customerReminder: ({ company }) => `Este é o lembrete que foi pedido em ${company}.`,
    customerResolved: ({ company }) =>
      `O que tinha sido comunicado sobre os UPS de ${company} está resolvido; não há mais nada a fazer.`,
  },

  otherUnits: 'Outros UPS',
  unnamedUnit: 'UPS',

  event: {
    left: ({ days, date }) => `${date}: ${left(days)}.`,
    today: ({ date }) => `${date}: é hoje.`,
    past: ({ days, date }) => `${date}: foi ${ago(days)}.`,
    undated: 'É o próprio UPS que avisa.',
    estimate: 'A data é uma estimativa.',
    next: ({ dates, count }) =>
      count === 1
        ? `Se não for resolvido até lá, mais um lembrete será enviado em ${dates}.`
        : `Se não for resolvido até lá, serão enviados lembretes em ${dates}.`,
    noNext: 'Não será enviado nenhum outro lembrete sobre isto.',
    resolvedTitle: ({ title }) => `Resolvido: ${title}`,
    resolved: {
      swap: 'A bateria foi substituída.',
      'date-moved': 'A data está novamente mais distante.',
      cleared: 'O UPS já não avisa sobre isso.',
      superseded: 'Outro aviso tomou o seu lugar.',
      removed: 'Este UPS deixou de ser monitorado.',
      unknown: 'Já não se aplica.',
    },
  },

  label: {
    model: 'Modelo',
    serial: 'Número de série',
    sku: 'Código (SKU)',
    cartridge: 'Cartucho de bateria',
    externalCartridge: 'Cartucho de bateria externo',
    quantity: 'Quantidade',
    installed: 'Bateria instalada em',
    replaceBy: 'Substituir até',
    warrantyEnd: 'Fim da garantia',
    plan: 'Plano de serviço',
    part: 'Código da peça',
    due: 'A substituir',
    contactName: 'Nome',
    jobRole: 'Função',
    mail: 'E-mail',
    phone: 'Telefone',
  },
  value: {
    estimated: ({ date }) => `${date} (estimativa)`,
    plan: ({ kind, date }) => (kind === 'advanced' ? `Plano Advanced até ${date}` : `Plano Standard até ${date}`),
    pack: ({ pack }) => `Módulo ${pack}`,
    cartridge: ({ pack, cartridge }) => `Módulo ${pack}, cartucho ${cartridge}`,
    due: 'sim',
    notDue: 'não',
  },

  closing: {
    contactHeading: 'Com quem falar',
    contact: ({ company }) =>
      `Perguntas e orçamentos devem ser enviados a esta pessoa em ${company}; uma resposta a esta mensagem também chega até ela.`,
    optOutHeading: 'Se não quiser mais receber estas mensagens',
    optOut: ({ company, mail }) =>
      `Responda a esta mensagem ou escreva para ${mail} dizendo que não quer mais recebê-las. A ${company} encerrará então estas mensagens, e nada mais será enviado.`,
    optOutByLink: 'Você confirma numa página da web. Depois disso nada mais é enviado; uma última mensagem confirma.',
    optOutByMail: ({ word }) =>
      `Envie esta mensagem, que um clique prepara na maioria dos programas de e-mail, ou responda à presente com a palavra ${word} na primeira linha. Depois disso nada mais é enviado; uma última mensagem confirma.`,
    optOutByReply: ({ word }) => `Você também pode responder a esta mensagem com a palavra ${word} na primeira linha.`,
  },

  invitation: {
    subject: ({ company }) => `${company} gostaria de manter você informado sobre as baterias dos seus UPS`,
    intro: ({ company }) =>
      `${company} protege os seus equipamentos com UPS (no-breaks) e gostaria que você, como revendedor, fosse avisado a tempo quando uma bateria, uma garantia ou um plano de serviço está para terminar. Um programa chamado upsteward, que funciona em ${company}, enviaria as mensagens. Não é preciso ter uma conta e não custa nada.`,
    getsHeading: 'O que você receberia',
    gets: ({ company }) => [
      'Uma mensagem 3 meses, 30 dias e 7 dias antes de uma dessas datas e no próprio dia, e quando um UPS avisa que a bateria está gasta; nunca mais do que uma mensagem dessas por dia.',
      'Nela está o que um orçamento exige: modelo e número de série do UPS, código e quantidade das baterias, as datas e o local.',
      `O nome, o endereço de e-mail e o telefone da pessoa com quem falar em ${company}.`,
    ],
    acceptHeading: 'Para aceitar',
    accept: ({ company, days }) =>
      n(days, {
        one: `Dê este código ao seu contato em ${company}, da maneira como costumam falar. Ele será digitado lá, e isso é tudo. É válido por ${days} dia.`,
        other: `Dê este código ao seu contato em ${company}, da maneira como costumam falar. Ele será digitado lá, e isso é tudo. É válido por ${days} dias.`,
      }),
    declineHeading: 'Se não tiver interesse',
    decline: ({ company, days }) =>
      n(days, {
        one: `Não é preciso fazer nada. Após ${days} dia este convite expira e nada mais é enviado. Se quiser, diga a ${company} que recusa.`,
        other: `Não é preciso fazer nada. Após ${days} dias este convite expira e nada mais é enviado. Se quiser, diga a ${company} que recusa.`,
      }),
    answerHeading: 'A sua resposta',
    byLink: ({ days }) =>
      n(days, {
        one: `Você aceita ou recusa numa página da web; nada acontece antes de você pressionar um botão ali. O convite é válido por ${days} dia.`,
        other: `Você aceita ou recusa numa página da web; nada acontece antes de você pressionar um botão ali. O convite é válido por ${days} dias.`,
      }),
    byMail: ({ days }) =>
      n(days, {
        one: `Envie uma destas mensagens. Na maioria dos programas de e-mail um clique a prepara; envie-a como está. O convite é válido por ${days} dia.`,
        other: `Envie uma destas mensagens. Na maioria dos programas de e-mail um clique a prepara; envie-a como está. O convite é válido por ${days} dias.`,
      }),
    byReply: ({ accept, decline }) =>
      `Você também pode responder a esta mensagem com a palavra ${accept} ou ${decline} na primeira linha.`,
    byCode: ({ company }) =>
      `Ou dê este código ao seu contato em ${company}, da maneira como costumam falar. Ele será digitado lá.`,
    noAnswer: ({ days }) =>
      n(days, {
        one: `Se você não responder, o convite expira após ${days} dia e nada mais é enviado.`,
        other: `Se você não responder, o convite expira após ${days} dias e nada mais é enviado.`,
      }),
    reference: ({ token }) => `Referência deste convite: ${token}`,
    privacy: ({ company }) =>
      `Este convite revela o nome ${company} e mais nada. Nada sobre os seus UPS é enviado antes de você aceitar, e depois você pode desistir a qualquer momento.`,
  },

  action: {
    answer: 'Aceitar ou recusar',
    accept: 'Aceitar',
    decline: 'Recusar',
    optOut: 'Não receber mais',
    open: ({ label }) => `${label}: abra esta página:`,
    write: ({ label, address }) => `${label}: envie uma mensagem para ${address} com este assunto:`,
  },
  word: { accept: 'ACEITO', decline: 'RECUSO', optOut: 'DESISTO' },
  letter: {
    accept: ({ company }) =>
      `Por favor, envie esta mensagem como está. Ela diz a ${company} que você aceita o convite.`,
    decline: ({ company }) =>
      `Por favor, envie esta mensagem como está. Ela diz a ${company} que você recusa o convite.`,
    optOut: ({ company }) =>
      `Por favor, envie esta mensagem como está. Ela diz a ${company} que você não quer mais estas mensagens.`,
  },
  farewell: {
    subject: ({ company }) => `Você desistiu dos avisos – ${company}`,
    body: ({ company }) => [
      `Você desistiu das mensagens sobre os UPS de ${company}. Esta é a última: nada mais será enviado, e o que ainda aguardava envio foi apagado.`,
      `Se foi um engano, peça ao seu contato em ${company} que o convide novamente.`,
    ],
  },

  customer: {
    confirmed: {
      subject: ({ company }) => `O seu revendedor aceitou – ${company}`,
      body: ({ address }) => [
        `${address} aceitou o seu convite. A partir de agora o revendedor é avisado quando uma bateria, uma garantia ou um plano de serviço requer atenção.`,
        'Você pode encerrar a qualquer momento, na página "Reseller" ou com "upsteward reseller disconnect".',
      ],
    },
    declined: {
      subject: ({ company }) => `O seu revendedor recusou – ${company}`,
      body: ({ address }) => [
        `${address} recusou o seu convite. Nada será enviado para esse endereço.`,
        'Você pode convidar novamente, ou convidar outra pessoa, na página "Reseller". Manualmente: "upsteward reseller invite", ou outro endereço como reseller.email na configuração.',
      ],
    },
    expired: {
      subject: ({ company }) => `O seu revendedor não respondeu – ${company}`,
      body: ({ address }) => [
        `${address} deixou o convite expirar. Nada será enviado para esse endereço, e o código já não é válido.`,
        'Você pode convidar novamente na página "Reseller" ou com "upsteward reseller invite"; um telefonema antes costuma ajudar.',
      ],
    },
    'opted-out': {
      subject: ({ company }) => `O seu revendedor não quer mais ser avisado – ${company}`,
      body: ({ address }) => [
        `${address} desistiu dos avisos. Nada mais é enviado para esse endereço; o que ainda aguardava envio foi apagado.`,
        'Você pode convidar novamente, ou convidar outra pessoa, na página "Reseller". Manualmente: "upsteward reseller invite", ou outro endereço como reseller.email na configuração.',
      ],
    },
    undeliverable: {
      subject: ({ company }) => `Não foi possível entregar o seu convite – ${company}`,
      body: ({ address }) => [
        `O convite para ${address} não pôde ser entregue e foi abandonado.`,
        'Verifique o endereço na página "Reseller" (reseller.email na configuração) e depois convide novamente ali ou com "upsteward reseller invite".',
      ],
    },
    'delivery-failed': {
      subject: ({ address, company }) => `Não foi possível entregar a mensagem para ${address} – ${company}`,
      body: ({ address }) => [
        `Uma mensagem para ${address} não pôde ser entregue e foi abandonada. Ninguém foi avisado do seu conteúdo.`,
        'Verifique o endereço e o servidor de e-mail e depois execute "upsteward test-mail". Comunique pessoalmente o que não chegou.',
      ],
    },
    bounced: {
      subject: ({ address, company }) => `As mensagens para ${address} voltam – ${company}`,
      body: ({ address }) => [
        `Uma mensagem para ${address} voltou definitivamente. Talvez ninguém tenha sido avisado do seu conteúdo.`,
        'Peça ao revendedor o endereço correto e informe-o na página "Reseller" (reseller.email na configuração). Comunique pessoalmente o que não chegou.',
      ],
    },
    'answered-late': {
      subject: ({ company }) => `O seu revendedor aceitou tarde demais – ${company}`,
      body: ({ address }) => [
        `${address} aceitou o seu convite depois de ele expirar, por isso já não contou. Nada será enviado para esse endereço.`,
        'Você pode convidar novamente na página "Reseller" ou com "upsteward reseller invite".',
      ],
    },
    'reply-unclear': {
      subject: ({ company }) => `O seu revendedor escreveu para você – ${company}`,
      body: ({ address }) => [
        `Uma mensagem de ${address} chegou à caixa das respostas, mas não é uma resposta que upsteward entenda. Ela ficou lá, não lida.`,
        'Por favor, leia-a: talvez alguém espere uma palavra sua.',
      ],
    },
    'endpoint-refused': {
      subject: ({ company }) => `O endpoint na nuvem recusou eventos – ${company}`,
      body: ({ address }) => [
        `O endpoint ${address} recusou eventos definitivamente; eles foram abandonados e não serão enviados de novo.`,
        'Verifique o endpoint; o que ele recusou consta no histórico como cloud.refused.',
      ],
    },
    'endpoint-disabled': {
      subject: ({ company }) => `O endpoint na nuvem não aceita mais eventos – ${company}`,
      body: ({ address }) => [
        `O endpoint ${address} respondeu que já não existe. Nada mais é enviado para ele.`,
        'Verifique cloud.endpoint na configuração; quando ali constar um endpoint que responda, o envio será retomado.',
      ],
    },
  },
  customerLabel: { reply: 'Resposta do outro lado', items: 'O que não chegou', from: 'A resposta veio de' },

  page: {
    invitedHeading: ({ company }) => `${company} convida você`,
    confirmedHeading: 'Você aceitou',
    confirmed: ({ company }) => `${company} manterá você informado. Aqui você pode desistir a qualquer momento.`,
    declinedHeading: 'Você recusou',
    declined: ({ company }) => `Nada será enviado para você. Se mudar de ideia, peça a ${company} um novo convite.`,
    optedOutHeading: 'Você desistiu dos avisos',
    optedOut: ({ company }) =>
      `Nada mais é enviado para você; uma última mensagem confirma. Se foi um engano, peça a ${company} um novo convite.`,
    endedHeading: 'Este convite já não é válido',
    ended: 'Nada é enviado para você. Se quiser ser informado, peça um novo convite ao seu contato.',
    unknownHeading: 'Este link não é conhecido aqui',
    unknown: 'Talvez não esteja completo: copie-o inteiro da mensagem.',
    busyHeading: 'Tentativas demais',
    busy: 'Por favor, tente novamente em alguns minutos.',
    failedHeading: 'Não funcionou',
    failed: 'Não foi possível registrar a sua resposta. Por favor, tente novamente em alguns minutos.',
  },

  test: {
    subject: ({ company }) => `Mensagem de teste de upsteward – ${company}`,
    body: ({ company, date }) => [
      `Esta é a mensagem de teste pedida em ${company} no dia ${date}. As mensagens de upsteward chegam a este endereço.`,
      'Não é preciso fazer nada.',
    ],
  },
};
