/** The HTTP status of an error from the Docker Engine's API, if it has one. */
export const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** For `catch`: ignores errors with these statuses. */
export const unless =
  (...statuses: number[]) =>
  (error: unknown): undefined => {
    if (!statuses.includes(statusOf(error) ?? 0)) throw error;
  };
