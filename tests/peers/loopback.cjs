// Every server of a peer listens on this machine only, whatever its own default is.
const net = require("node:net");

const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function (...args) {
  const [first, second] = args;
  if (first !== null && typeof first === "object" && first.path === undefined && !first._handle) {
    args[0] = { ...first, host: first.host ?? "127.0.0.1" };
  } else if (typeof first === "number" || /^\d+$/.test(first ?? "")) {
    if (typeof second !== "string") args.splice(1, 0, "127.0.0.1");
  }
  return listen.apply(this, args);
};
