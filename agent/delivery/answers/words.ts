/** The words that are an answer, in the seven languages of the mails: the whole of a line, or of a subject. A table. */
import type { AnswerKind } from '../../lifecycle/connection.ts';

const phrases: Readonly<Record<AnswerKind, readonly string[]>> = {
  accept: [
    ...['accept', 'accepted', 'i accept', 'we accept', 'yes i accept', 'yes we accept', 'accept invitation'],
    ...['annehmen', 'angenommen', 'ich nehme an', 'wir nehmen an', 'akzeptieren', 'akzeptiert', 'ich akzeptiere'],
    ...['wir akzeptieren', 'einladung annehmen', 'ja ich nehme an', 'ja wir nehmen an'],
    ...['accepter', 'accepté', 'acceptée', "j'accepte", 'nous acceptons', "oui j'accepte", 'oui nous acceptons'],
    ...['accetto', 'accettare', 'accetta', 'accettato', 'accettiamo', 'sì accetto', 'sì accettiamo'],
    ...['aceito', 'aceitar', 'aceite', 'aceitamos', 'sim aceito', 'sim aceitamos'],
    ...['принять', 'принимаю', 'принимаем', 'принято', 'согласен', 'согласна', 'согласны', 'согласиться'],
    ...['я согласен', 'я согласна', 'мы согласны', 'да согласен', 'да согласны'],
    ...['acepto', 'aceptar', 'aceptado', 'aceptamos', 'sí acepto', 'sí aceptamos'],
  ],
  decline: [
    ...['decline', 'declined', 'i decline', 'we decline', 'no i decline', 'no we decline', 'decline invitation'],
    ...['ablehnen', 'abgelehnt', 'ich lehne ab', 'wir lehnen ab', 'einladung ablehnen'],
    ...['refuser', 'refusé', 'refusée', 'je refuse', 'nous refusons', 'décliner', 'je décline', 'nous déclinons'],
    ...['rifiuto', 'rifiutare', 'rifiuta', 'rifiutato', 'rifiutiamo'],
    ...['recuso', 'recusar', 'recusado', 'recusamos'],
    ...['отклонить', 'отклоняю', 'отклоняем', 'отказываюсь', 'отказываемся', 'отказаться'],
    ...['rechazo', 'rechazar', 'rechazado', 'rechazamos'],
  ],
  'opt-out': [
    ...['opt out', 'optout', 'opt me out', 'i opt out', 'we opt out', 'unsubscribe', 'stop'],
    ...['abmelden', 'abbestellen', 'austragen', 'ich melde mich ab', 'wir melden uns ab'],
    ...['désinscription', 'désabonnement', 'se désinscrire', 'me désinscrire', 'désabonner', 'se désabonner'],
    ...['rinuncio', 'rinunciare', 'rinuncia', 'rinunciamo', 'disiscrizione', 'disiscrivimi'],
    ...['desisto', 'desistir', 'desistimos', 'descadastrar', 'cancelar inscrição'],
    ...['отписаться', 'отпишите меня', 'отпишите нас', 'отписка'],
    ...['baja', 'dar de baja', 'darme de baja', 'darse de baja', 'cancelar suscripción'],
  ],
};

const table: ReadonlyMap<string, AnswerKind> = new Map(
  Object.entries(phrases).flatMap(([kind, all]) => all.map((phrase) => [plain(phrase), kind as AnswerKind] as const)),
);

/** What a line says, if the whole of it is an answer. Case, accents, punctuation and a token beside it do not matter. */
export function answerIn(line: string): AnswerKind | undefined {
  if (line.length > 200) return undefined;
  return table.get(plain(line.replace(tokenForm, ' ')));
}

/** 26 letters and digits that stand alone, as `makeId` writes them; which of them is a token, the store knows. */
export const tokenForm = /(?<![\p{L}\p{N}])[0-9A-Za-z]{26}(?![\p{L}\p{N}])/gu;

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
