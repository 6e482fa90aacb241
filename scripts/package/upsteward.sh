#!/bin/sh
# upsteward with the Node that it brings along. A signal that would open a debugger to other users of this machine is
# refused; certificate authorities of the system count beside those of Node.
set -- /usr/lib/upsteward/dist/agent/main.js "$@"
if [ -d /etc/ssl/certs ]; then set -- --use-system-ca "$@"; fi
exec /usr/lib/upsteward/bin/node --disable-sigusr1 "$@"
