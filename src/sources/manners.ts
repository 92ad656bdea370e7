/** At most `requests` within `seconds`. */
export interface RateWindow {
  readonly requests: number;
  readonly seconds: number;
}

/** How opfind behaves towards one host. Every window holds at the same time. */
export interface Manners {
  /** the service's name in sentences */
  readonly service: string;
  readonly windows: readonly RateWindow[];
  /** on top of every window: lets one long question through without waiting */
  readonly reserve?: RateWindow;
}

/**
 * Agreed rates, well below what the services allow, spread over short windows: a full minute's worth at the end of
 * one window and the start of the next would be a burst of twice the rate.
 */

/**
 * 25 a minute, nine of them at once; the service allows 90, and 30 while degraded.
 * https://docs.anilist.co/guide/rate-limiting
 */
export const ANILIST_MANNERS: Manners = {
  service: "AniList",
  windows: [{ requests: 4, seconds: 12 }],
  reserve: { requests: 5, seconds: 60 },
};

/** 60 a minute of the 90 allowed. https://api-docs.animethemes.moe/graphql/intro/ratelimiting */
export const ANIMETHEMES_MANNERS: Manners = { service: "AnimeThemes", windows: [{ requests: 10, seconds: 10 }] };

const TWO_A_SECOND = { requests: 2, seconds: 1 } as const;

/** 50 a minute and 2 a second of the 60 and 3 allowed. */
export const TENRAI_MANNERS: Manners = {
  service: "Tenrai",
  windows: [{ requests: 50, seconds: 60 }, TWO_A_SECOND],
};

/** The service names no limit; treated like Tenrai, which reads the same pages. */
export const MYANIMELIST_MANNERS: Manners = {
  service: "MyAnimeList",
  windows: [{ requests: 50, seconds: 60 }, TWO_A_SECOND],
};

/** AniList's picture server names no limit. */
export const ANILIST_COVER_MANNERS: Manners = { service: "AniList's picture server", windows: [TWO_A_SECOND] };
