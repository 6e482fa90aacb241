/** The headers of an answer that is kept as a file. */
export const download = (type: string, name: string): Record<string, string> => ({
  'Content-Type': type,
  'Content-Disposition': `attachment; filename="${name}"`,
});
