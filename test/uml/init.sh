#!/bin/bash
# The first process of the kernel that test/uml/run.mjs boots: makes a system of it, runs vitest, powers off.
# The root is the host's file system, read-only; only $GUEST_EXCHANGE/results is written to.
export PATH=$GUEST_PATH HOME=/tmp LC_ALL=C.UTF-8 NO_COLOR=1 CI=true LINKWRIGHT_UML=1

# Not `poweroff`, which wants a running init.
power_off() {
  sync
  echo o >/proc/sysrq-trigger
  sleep 60
}

mount -t proc proc /proc
trap power_off EXIT
mount -t sysfs sysfs /sys
mountpoint -q /dev || mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run

# A project below /tmp has to be seen behind the tmpfs.
mount -t tmpfs tmpfs /mnt
case $GUEST_PROJECT in
  /tmp/*)
    mkdir -p "/mnt/${GUEST_PROJECT#/tmp/}"
    mount --bind "$GUEST_PROJECT" "/mnt/${GUEST_PROJECT#/tmp/}"
    ;;
esac
mount --move /mnt /tmp

results=/run/results
mkdir "$results"
mount -t hostfs none "$results" -o "$GUEST_EXCHANGE/results"

# The ciphers of macsec are made of gcm, ghash and ctr.
# Without this, each namespace begins with a dozen tunnels; without the parameters, with a dummy, two ifbs and a bond.
echo 2 >/proc/sys/net/core/fb_tunnels_only_for_init_net
modules=(
  ipv6 8021q
  ctr ghash-generic gcm
  batman-adv 'bonding max_bonds=0' bridge can-dev 'dummy numdummies=0' fou fou6 geneve gtp hsr 'ifb numifbs=0' ila ip6_gre ip6_tunnel ip6_vti ip_gre
  ip_vti ipip ipvlan ipvtap macsec macvlan macvtap mpls_gso mpls_iptunnel mpls_router nlmon sit team tun vcan veth
  vrf vxcan vxlan xfrm_user
  gcm ghash-generic ctr
  act_gact act_mirred cls_flower cls_matchall cls_u32 sch_fq_codel sch_htb sch_ingress sch_netem sch_prio sch_tbf
)
for module in "${modules[@]}"; do
  modprobe -q -d "$GUEST_EXCHANGE" $module || echo "no module $module"
done
ip link set lo up

cd "$GUEST_PROJECT" || exit
mapfile -d '' arguments <"$GUEST_EXCHANGE/arguments"
echo "Linux $(uname -r), Node $(node --version)"
set -o pipefail
node node_modules/vitest/vitest.mjs run --config test/uml/vitest.config.ts --configLoader runner \
  --reporter=default --reporter=json --outputFile.json="$results/vitest.json" "${arguments[@]}" | cat
echo "$?" >"$results/status"
