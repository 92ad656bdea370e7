import { z } from "zod";
import { hosts, url, variable } from "./variable.ts";

/** The services that know anime and songs, and where their answers are remembered. */
export const SOURCE_SETTINGS = {
  ANILIST_URL: variable(url.default("https://graphql.anilist.co"), "an http(s) URL", "https://graphql.anilist.co"),
  ANILIST_TOKEN: variable(z.string().min(1).optional(), "an AniList OAuth token", "eyJ0eXAi…"),
  ANILIST_REFERER: variable(url.optional(), "the http(s) URL of your own project", "https://opfind.example.org"),
  OPFIND_COVER_HOSTS: variable(
    hosts.prefault("s4.anilist.co"),
    "a list of host names",
    "s4.anilist.co,covers.example.org",
  ),
  ANIMETHEMES_URL: variable(
    url.default("https://graphql.animethemes.moe/"),
    "an http(s) URL",
    "https://graphql.animethemes.moe/",
  ),
  TENRAI_URL: variable(
    url.default("https://api.tenrai.org/v1"),
    "an http(s) URL (a self-hosted Jikan v4 works too)",
    "https://api.tenrai.org/v1",
  ),
  MAL_URL: variable(url.default("https://api.myanimelist.net/v2"), "an http(s) URL", "https://api.myanimelist.net/v2"),
  MAL_CLIENT_ID: variable(z.string().min(1).optional(), "a MyAnimeList client id", "6114d00ca681b7701d1e15fe11a4987e"),
  REDIS_URL: variable(z.url({ protocol: /^rediss?$/ }).optional(), "a redis:// URL", "redis://localhost:6379"),
} as const;
