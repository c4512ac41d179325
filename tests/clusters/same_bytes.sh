#!/usr/bin/env bash
# The same sweep on one machine, on SLURM and on Ray: are the bytes the same?
#
#   tests/clusters/same_bytes.sh [--install] [--only local,slurm,ray] [--lose] [KEY=VALUE ...]
#
# Starts a SLURM of one node and a Ray cluster of a head and a worker, with one processor each, on this machine and for
# this run only, sweeps on all three, compares every result file (compare.py) and ends with 0 only if none differs.
# With --lose one worker is killed in the middle of each sweep, and the sweep is run again before the comparison.
# Words that follow replace the sweep. All that it starts is its own, by number of process, and is stopped whatever
# happens; an installed SLURM is not touched. This SLURM has no accounting.
#
# Needs the extras (pip install -e '.[slurm,ray]') for $PYTHON (default: .venv/bin/python), and SLURM
# (apt-get install slurm-wlm munge; with --install this does it). KEEP=1 leaves the folder of results and logs.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root" || exit 1

PYTHON=${PYTHON:-.venv/bin/python}
kinds=local,slurm,ray
install=
lose=
while (($#)); do
    case $1 in
    --install) install=yes ;;
    --lose) lose=yes ;;
    --only) kinds=$2 && shift ;;
    -*) echo "same_bytes.sh: $1 is not known" >&2 && exit 2 ;;
    *) break ;;
    esac
    shift
done
sweep=("$@")
((${#sweep[@]})) || sweep=(task=simulate scenario=historical,no_covid,lithuania_visa_ban
    choice.lambda=0.5,0.8 replicates=3 people.one_in=2000 until=2023-06)

wants() { [[ ,$kinds, == *,$1,* ]]; }

# What is needed, said before anything is started.
missing=()
wants local && ! "$PYTHON" -c "import hydra_plugins.hydra_joblib_launcher" 2>/dev/null && missing+=("hydra-joblib-launcher, which belongs to the program")
wants slurm && ! "$PYTHON" -c "import submitit, hydra_plugins.hydra_submitit_launcher" 2>/dev/null && missing+=("the extra [slurm]")
wants ray && ! "$PYTHON" -c "import ray, hydra_plugins.hydra_ray_launcher" 2>/dev/null && missing+=("the extra [ray]")
PATH=$PATH:/usr/sbin:/sbin
if wants slurm && ! { command -v munged && command -v slurmctld && command -v slurmd && command -v srun; } >/dev/null; then
    if [[ $install ]]; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq slurm-wlm munge >/dev/null || exit 1
    else
        missing+=("SLURM: apt-get install slurm-wlm munge, or --install")
    fi
fi
if ((${#missing[@]})); then
    printf 'same_bytes.sh needs %s\n' "${missing[@]}" >&2
    exit 2
fi
PYTHON=$(cd "$(dirname "$PYTHON")" && pwd)/$(basename "$PYTHON")

export PYTHONPATH=$root${PYTHONPATH:+:$PYTHONPATH} # this copy of the program, wherever a worker begins

work=$(mktemp -d "${TMPDIR:-/tmp}/vyraj-clusters.XXXXXX")
chmod 755 "$work" # munge wants to be reached by all
started=()        # numbers of the processes to stop, the last first

family() { # family PID: it and all that descend from it
    local child
    echo "$1"
    for child in $(ps -o pid= --ppid "$1"); do
        family "$child"
    done
}

stop_all() {
    local at pids pid
    [[ ${SLURM_CONF:-} == "$work"/* ]] && waits_for 15 bash -c '[[ -z $(squeue --noheader) ]]' 2>/dev/null
    for ((at = ${#started[@]} - 1; at >= 0; at--)); do
        mapfile -t pids < <(family "${started[at]}")
        kill "${started[at]}" 2>/dev/null # the daemon ends its own; what is left after ten seconds is ended here
        for _ in {1..100}; do
            kill -0 "${pids[@]}" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL "${pids[@]}" 2>/dev/null
        wait "${started[at]}" 2>/dev/null
    done
    started=()
    for pid in /proc/[0-9]*; do # SLURM's own for each job, which no longer descend from the daemon
        grep -qsz "^SLURM_CONF=$work/" "$pid/environ" && [[ $(cat "$pid/comm" 2>/dev/null) == slurmstepd ]] &&
            kill -KILL "${pid#/proc/}" 2>/dev/null
    done
}

clean() {
    local code=$?
    trap '' INT TERM
    [[ ${SLURM_CONF:-} == "$work"/* ]] && scancel --user="$(id -un)" 2>/dev/null
    stop_all
    if [[ ${KEEP:-} ]]; then echo "kept: $work"; else rm -rf "$work"; fi
    exit "$code"
}
trap clean EXIT
trap 'exit 130' INT TERM

waits_for() { # waits_for SECONDS COMMAND ...: until the command succeeds
    local seconds=$1
    shift
    for ((i = 0; i < seconds * 2; i++)); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.5
    done
    echo "same_bytes.sh: no success in $seconds s: $*" >&2
    tail -n 5 "$work"/*.log >&2
    return 1
}

free_ports() { # free_ports N: numbers of N ports that nobody listens on
    "$PYTHON" -c "
import socket, sys
taken = [socket.create_server(('127.0.0.1', 0)) for _ in range(int(sys.argv[1]))]
print(*(one.getsockname()[1] for one in taken))" "$1"
}

start_slurm() {
    local host me cores memory one two
    host=$(hostname -s)
    me=$(id -un)
    cores=$(nproc)
    memory=$(awk '/MemTotal/ {print int($2 / 1024 * 0.9)}' /proc/meminfo)
    read -r one two < <(free_ports 2)
    mkdir -p "$work/state" "$work/spool"
    cat >"$work/slurm.conf" <<EOF
ClusterName=vyraj
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$one
SlurmdPort=$two
SlurmUser=$me
SlurmdUser=$me
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$work/munge.socket
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
MinJobAge=3600
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cores RealMemory=$memory State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
EOF
    export SLURM_CONF=$work/slurm.conf
    head -c 1024 /dev/urandom >"$work/munge.key"
    chmod 400 "$work/munge.key"
    munged --foreground --force --key-file="$work/munge.key" --socket="$work/munge.socket" \
        --pid-file="$work/munged.pid" --seed-file="$work/munge.seed" --log-file="$work/munged.log" \
        >"$work/munged.out.log" 2>&1 &
    started+=($!)
    waits_for 20 munge --no-input --socket="$work/munge.socket" || return 1
    slurmctld -D >"$work/slurmctld.out.log" 2>&1 &
    started+=($!)
    slurmd -D >"$work/slurmd.out.log" 2>&1 &
    started+=($!)
    waits_for 60 bash -c '[[ $(sinfo --noheader --format=%T) == idle ]]'
}

start_ray() {
    local port
    read -r port < <(free_ports 1)
    export RAY_USAGE_STATS_ENABLED=0 RAY_AUTH_MODE=token RAY_TMPDIR=$work/ray
    RAY_AUTH_TOKEN=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
    RAY_ADDRESS=127.0.0.1:$port
    export RAY_AUTH_TOKEN RAY_ADDRESS
    local ray=("$PYTHON" -m ray.scripts.scripts start --block --num-cpus=1 --object-store-memory=100000000
        --node-ip-address=127.0.0.1)
    "${ray[@]}" --head --port="$port" --include-dashboard=false --temp-dir="$work/ray" >"$work/ray-head.log" 2>&1 &
    started+=($!)
    waits_for 90 ray_nodes 1 || return 1
    "${ray[@]}" --address="$RAY_ADDRESS" >"$work/ray-worker.log" 2>&1 &
    started+=($!)
    waits_for 90 ray_nodes 2
}

ray_nodes() { # ray_nodes N: succeeds if the cluster has N nodes
    [[ $("$PYTHON" -c "
import ray
ray.init(log_to_driver=False, logging_level='ERROR')
print(sum(node['Alive'] for node in ray.nodes()))" 2>/dev/null | tail -n 1) == "$1" ]]
}

run_sweep() {
    (cd "$work/$kind" && exec "$PYTHON" -m sim -m "${preset[@]}" "${sweep[@]}" results_dir=results) \
        >>"$work/sweep-$kind.log" 2>&1
}

finished() { find "$work/$kind/results" -name manifest.json -not -path '*/.*' 2>/dev/null | wc -l; }

workers() { # how many processes have done jobs, as the sweeps' ledgers tell it
    cat "$work/$kind"/results/sweeps/*/job-*.json | grep '"worker"' | sort -u | wc -l
}

at_work() { # numbers of the processes that are doing a job
    local pid
    case $kind in
    local) family "$sweeping" ;;
    slurm) for pid in /proc/[0-9]*; do
        grep -qsz "^SLURM_CONF=$work/" "$pid/environ" && echo "${pid#/proc/}"
    done ;;
    ray) for pid in "${started[@]}"; do family "$pid"; done ;;
    esac | while read -r pid; do
        case $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null) in
        *python*popen_loky* | *"python"*" -u -m submitit.core._submit"* | ray::_run_job*) echo "$pid" ;;
        esac
    done | while read -r pid; do
        [[ $(cat "/proc/$pid/comm") == srun ]] || echo "$pid"
    done
}

all_quiet() { [[ -z $(at_work) ]]; }

lose_a_worker() { # kill one as the kernel does when memory is short, in the middle of a sweep
    waits_for 120 bash -c "find '$work/$kind/results' -name manifest.json -not -path '*/.*' | grep -q ."
    local pid
    for _ in {1..300}; do
        pid=$(at_work | tail -n 1)
        [[ $pid ]] && sleep 1 && kill -KILL "$pid" && return
        sleep 0.1
    done
}

sides=()
failed=0
for kind in ${kinds//,/ }; do
    preset=("hydra/launcher=$kind")
    case $kind in
    local) ;;
    slurm) start_slurm || exit 1
        preset+=(hydra.launcher.partition=main hydra.launcher.mem_gb=2 hydra.launcher.timeout_min=30) ;;
    ray) start_ray || exit 1 ;;
    *) echo "same_bytes.sh: $kind is none of local, slurm, ray" >&2 && exit 2 ;;
    esac
    began=$SECONDS
    # Each in a folder of its own, under a relative name: it stands in config.yaml, and has to be found by all workers.
    mkdir -p "$work/$kind"
    if [[ $lose ]]; then
        run_sweep &
        sweeping=$!
        lose_a_worker
        wait "$sweeping"
        echo "$kind: a worker lost: exit code $?, $(finished) jobs done after $((SECONDS - began)) s; it said:"
        grep -E '^vyraj:' "$work/sweep-$kind.log"
        waits_for 120 all_quiet
        echo "$kind: the rest: $(finished) jobs done after $((SECONDS - began)) s"
    fi
    run_sweep
    code=$?
    echo "$kind: exit code $code, $(finished) jobs done by $(workers) workers, $((SECONDS - began)) s"
    ((code == 0)) || { failed=1 && tail -n 20 "$work/sweep-$kind.log"; }
    stop_all
    sides+=("$kind=$work/$kind/results")
done
"$PYTHON" tests/clusters/compare.py "${sides[@]}" || failed=1
exit "$failed"
