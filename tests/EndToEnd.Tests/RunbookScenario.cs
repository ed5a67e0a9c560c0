namespace Delivery.EndToEnd.Tests;

/// <summary>One failure of docs/runbook.md, made on purpose.</summary>
/// <param name="Break">Typed in a sound installation of three generations, before anything of the page.</param>
/// <param name="Healed">Typed after all of the page; it fails if the failure is still there.</param>
/// <param name="NeedsMount">It mounts a file system or changes owners.</param>
internal sealed record RunbookScenario(string Break = "", string Healed = "delivery verify", bool NeedsMount = false)
{
    // Beside fast-data, as an operator has it: the last backup.
    private const string Backup = "git init -q --bare -b main backup.git; git -C fast-data push -q \"$PWD/backup.git\" ";

    private const string OnSmallDisk = "mv fast-data kept; mkdir fast-data; mount -t tmpfs -o size=2m tmpfs fast-data; cp -a kept/. fast-data/; ";

    private const string AllowAnother =
        """
        ssh-keygen -q -t ecdsa -b 256 -N "" -C other -f other
        echo "updater@host $(cut -d ' ' -f 1,2 other.pub)" > allowed_signers

        """;

    // Generations from before the key stay without its signature until they are retired.
    private const string OnlyOlderAreUnsigned = "delivery verify --json > found || true; ! (grep '\"kind\"' found | grep -v Signature)";

    /// <summary>By the marker on the page.</summary>
    public static IReadOnlyDictionary<string, RunbookScenario> All { get; } = new Dictionary<string, RunbookScenario>(StringComparer.Ordinal)
    {
        ["first-look"] = new(),
        ["what-is-live"] = new(),
        ["bad-model"] = new(Healed: "delivery verify; delivery status | grep 'rolled back' > /dev/null; ! delivery status | grep Pinned"),
        ["all-bad"] = new(Healed: "delivery status | grep frozen; delivery thaw; test \"$(git -C fast-data rev-parse main:models)\" = \"$(git -C fast-data rev-parse main~4:models)\""),
        ["freeze"] = new("next"),
        ["retire"] = new(Healed: "delivery show news; delivery verify"),
        ["rejected"] = new(
            """
            next
            mkdir golden
            echo '{ "update": { "validation": { "goldenFolder": "golden" } } }' > delivery.json
            for class in 0 1; do
              echo "[{ \"features\": [$(seq -s, 601)], \"class\": $class }]" > golden/news.json
              if delivery update --dry-run | grep Rejected > /dev/null; then break; fi
            done
            """),
        ["failing-cycle"] = new("next; echo 'No Name!' >> model_list.txt"),
        ["store-away"] = new("next; mkdir elsewhere; mv training.db elsewhere/"),
        ["busy"] = new(
            """
            next
            echo '{ "update": { "lockTimeout": "1s" } }' > delivery.json
            /usr/bin/python3 -c 'import fcntl, time; lock = open("fast-data/LOCK"); fcntl.flock(lock, fcntl.LOCK_EX); time.sleep(600)' > /dev/null 2>&1 &
            while flock -n fast-data/LOCK true; do sleep 0.05; done
            """),
        ["disk-full"] = new(OnSmallDisk +
            """
            next
            mkdir fast-data/.git/quarantine-20260301T120000Z-1
            dd if=/dev/zero of=fast-data/.git/quarantine-20260301T120000Z-1/damaged.pack bs=4k status=none 2> /dev/null || true
            """, NeedsMount: true),
        ["read-only"] = new(OnSmallDisk + "next; mount -o remount,ro fast-data", NeedsMount: true),
        ["another-owner"] = new("next; chown -R 65534 fast-data", NeedsMount: true),
        ["live-file"] = new(
            """
            live=fast-data/models/$(grep -o 'news\.[0-9a-f]*\.pb' fast-data/manifests/3-*.json)
            chmod u+w "$live"
            printf 'damage' | dd of="$live" bs=1 seek=5000 conv=notrunc status=none
            chmod u-w "$live"
            """),
        ["current"] = new("echo garbage > fast-data/CURRENT"),
        ["flipped-bit"] = new(
            """
            pack=$(ls -S fast-data/.git/objects/pack/*.pack | head -n 1)
            middle=$(($(stat -c %s "$pack") / 2))
            byte=$(od -An -tu1 -j $middle -N 1 "$pack")
            chmod u+w "$pack"
            printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$pack" bs=1 seek=$middle conv=notrunc status=none
            chmod u-w "$pack"
            """),
        ["backup"] = new(Healed: "test \"$(git -C backup.git rev-parse main)\" = \"$(git -C fast-data rev-parse main)\"; delivery verify"),
        ["restore"] = new(Backup + "main; rm -rf fast-data/.git; next"),
        ["old-backup"] = new(Backup + "main~1:refs/heads/main; rm -rf fast-data/.git; git clone -q --mirror backup.git fast-data/.git; rm fast-data/.git/config"),
        ["went-back"] = new("next; git -C fast-data update-ref refs/heads/main main~1"),
        ["checkout"] = new("mv fast-data kept; git clone -q kept fast-data", Healed: "delivery status --fast-data fast-data-new"),
        ["main-lock"] = new("next; touch fast-data/.git/refs/heads/main.lock"),
        ["growth"] = new(Healed: "delivery show news@main~2; delivery verify"),
        ["cold-away"] = new(
            """
            delivery maintain --keep-weights 0s
            mv fast-data-cold unmounted
            delivery verify > found || true
            if grep 'no manifest names it' found; then false; fi # what lies on the cold side makes no live file a leftover
            """),
        ["archive"] = new("delivery maintain --keep-weights 0s; next"),
        ["mirror-went-back"] = new("delivery mirror --from fast-data --to mirror --once; git -C fast-data update-ref refs/heads/main main~1"),
        ["mirror-rewritten"] = new(
            """
            delivery mirror --from fast-data --to mirror --once
            git config --global user.name Somebody
            git config --global user.email somebody@localhost
            git -C fast-data update-ref refs/heads/main "$(git -C fast-data commit-tree 'main~1^{tree}' -p main~1 -m Rewritten -m 'Epoch: 3')"
            git -C fast-data update-ref refs/heads/main "$(git -C fast-data commit-tree 'main^{tree}' -p main -m Rewritten -m 'Epoch: 4')"
            """, Healed: "delivery verify --fast-data mirror-new"),
        ["remote-away"] = new("git clone -q --bare fast-data hub.git; delivery mirror --from hub.git --to mirror --once; mv hub.git hub-moved.git"),
        ["promote"] = new(
            "delivery mirror --from fast-data --to mirror --once; delivery mirror --from fast-data --to other --once; mv fast-data lost; next",
            Healed: "delivery mirror --from mirror --to other --once; delivery rollback news --steps 1 --reason TEXT --fast-data mirror; delivery mirror --from mirror --to other --once"),
        ["unsigned"] = new(AllowAnother + """echo '{ "signing": { "allowedSigners": "allowed_signers" } }' > delivery.json""", Healed: OnlyOlderAreUnsigned),
        ["lost-key"] = new(
            AllowAnother +
            """
            echo '{ "signing": { "key": "other", "allowedSigners": "allowed_signers" } }' > delivery.json
            delivery update
            echo '{ "signing": { "key": "signing_key", "allowedSigners": "allowed_signers" } }' > delivery.json
            """, Healed: OnlyOlderAreUnsigned),
        ["key-not-allowed"] = new(
            AllowAnother +
            """
            ssh-keygen -q -t ecdsa -b 256 -N "" -C new -f signing_key
            echo '{ "signing": { "key": "signing_key", "allowedSigners": "allowed_signers" } }' > delivery.json
            next
            """, Healed: OnlyOlderAreUnsigned),
        ["reader"] = new(),
    };
}
