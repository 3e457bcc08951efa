/** What a page may weigh. */
export interface PageLimits {
  /** bytes of the page without its pictures */
  readonly page: number;
  /** bytes of its pictures */
  readonly pictures: number;
}

export const DEFAULT_LIMITS: PageLimits = { page: 3e6, pictures: 8e6 };
