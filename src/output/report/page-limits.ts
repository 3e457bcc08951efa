/** Size limits of a page. */
export interface PageLimits {
  /** bytes of the page without pictures */
  readonly page: number;
  /** bytes of the pictures */
  readonly pictures: number;
}

export const DEFAULT_LIMITS: PageLimits = { page: 3e6, pictures: 8e6 };
