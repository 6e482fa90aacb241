#!/bin/sh
# upsteward in a container. A signal that would open a debugger is refused; certificate authorities that are mounted to
# /etc/ssl/certs count beside those of Node.
set -- /usr/lib/upsteward/dist/agent/main.js "$@"
if [ -d /etc/ssl/certs ]; then set -- --use-system-ca "$@"; fi
exec node --disable-sigusr1 "$@"
