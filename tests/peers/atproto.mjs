// A Bluesky network on this machine: identity directory and Personal Data Server, and with
// DB_POSTGRES_URL a second server with an AppView, which counts likes, reposts and replies.
// Prints one line of JSON with the addresses when all of it answers; SIGTERM ends it.
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";

import { PDS } from "@atproto/pds";
import plc from "@did-plc/server";

const folder = process.env.PEER_FOLDER;
const jwtSecret = randomBytes(16).toString("hex");
const adminPassword = randomBytes(16).toString("hex");
const stoppers = [];

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
    server.on("error", reject);
  });
}

async function startDirectory() {
  const port = await freePort();
  const server = plc.PlcServer.create({ db: plc.Database.mock(), port });
  await server.start();
  stoppers.push(() => server.destroy());
  return `http://localhost:${port}`;
}

async function startServer(didPlcUrl, port, more = {}) {
  const dataDirectory = join(folder, `pds-${port}`);
  await mkdir(join(dataDirectory, "blobs"), { recursive: true });
  const server = await PDS.fromEnv({
    devMode: true,
    hostname: "localhost",
    port,
    dataDirectory,
    blobstoreDiskLocation: join(dataDirectory, "blobs"),
    didPlcUrl,
    serviceHandleDomains: [".test"],
    inviteRequired: false,
    disableSsrfProtection: true,
    jwtSecret,
    dpopSecret: randomBytes(32).toString("hex"),
    adminPassword,
    plcRotationKeyK256PrivateKeyHex: randomBytes(32).toString("hex"),
    crawlers: [],
    ...more,
  });
  await server.start();
  stoppers.push(() => server.destroy());
  return server;
}

// The AppView searches names by trigrams, for which the embedded PostgreSQL has no extension. Nothing
// here searches names, so its three indexes become plain ones.
async function doWithoutTrigrams() {
  const { default: pg } = await import("pg");
  const query = pg.Client.prototype.query;
  const plain = (text) =>
    /create extension .*pg_trgm/i.test(text)
      ? "select 1"
      : text.replace(/using gist \(("\w+") gist_trgm_ops\)/i, "using btree ($1)");
  pg.Client.prototype.query = function (first, ...rest) {
    if (typeof first === "string") first = plain(first);
    else if (typeof first?.text === "string") first.text = plain(first.text);
    return query.call(this, first, ...rest);
  };
}

// The network's pieces come from its makers' own test environment; only its parts that are needed
// are loaded, past the package's index, which would bring moderation and more.
async function startWithAppView(didPlcUrl) {
  await doWithoutTrigrams();
  const parts = new URL("./node_modules/@atproto/dev-env/dist/", import.meta.url);
  const { TestBsky } = await import(new URL("bsky.js", parts));
  const { TestBsync } = await import(new URL("bsync.js", parts));
  const { mockResolvers } = await import(new URL("util.js", parts));
  const postgres = { dbPostgresUrl: process.env.DB_POSTGRES_URL };
  const apiKey = randomBytes(16).toString("hex");
  const port = await freePort();
  const bsync = await TestBsync.create({
    apiKeys: [apiKey],
    dbUrl: postgres.dbPostgresUrl,
    dbSchema: "bsync",
  });
  stoppers.push(() => bsync.close());
  const appview = await TestBsky.create({
    ...postgres,
    dbPostgresSchema: "appview",
    plcUrl: didPlcUrl,
    pdsPort: port,
    bsyncApiKey: apiKey,
    bsyncUrl: bsync.url,
    repoProvider: `ws://localhost:${port}`,
  });
  stoppers.push(() => appview.close());
  bsync.ctx.dataplaneClients = [appview.ctx.dataplane];
  const server = await startServer(didPlcUrl, port, {
    bskyAppViewUrl: appview.url,
    bskyAppViewDid: appview.ctx.cfg.serverDid,
  });
  const facade = { ctx: server.ctx, port, url: `http://localhost:${port}` };
  for (const ctx of [server.ctx, appview.ctx, appview.dataplane]) {
    mockResolvers(ctx.idResolver, facade);
  }
  return { pds: address(port), appview: address(appview.port) };
}

function address(port) {
  return `http://127.0.0.1:${port}`;
}

async function stop() {
  for (const end of stoppers.reverse()) await Promise.race([end(), pause(3000)]).catch(() => {});
  process.exit(0);
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

process.on("SIGTERM", stop);
process.on("SIGINT", stop);

const directory = await startDirectory();
const plainPort = await freePort();
await startServer(directory, plainPort);
const plain = address(plainPort);
const where = process.env.DB_POSTGRES_URL
  ? await startWithAppView(directory)
  : { pds: plain, appview: "" };
process.stdout.write(`${JSON.stringify({ ...where, plain, directory, jwtSecret, adminPassword })}\n`);
