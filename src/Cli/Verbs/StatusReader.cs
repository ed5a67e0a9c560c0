using Delivery.Cli.Configuration;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Control;
using Delivery.FastData.Git.Maintaining;
using Delivery.Models.Formats;
using Delivery.Updater.Records;

namespace Delivery.Cli.Verbs;

/// <summary>Puts a status together from folder, history and cycle records. Takes no lock and writes nothing.</summary>
internal sealed class StatusReader(DeliverySettings settings, TimeProvider time)
{
    private readonly FolderLayout _layout = new(settings.FastData);
    private readonly List<string> _problems = [];
    private readonly DateTimeOffset _now = time.GetUtcNow();

    /// <exception cref="FastDataException">The live side or the history is damaged.</exception>
    public StatusReport Read()
    {
        var history = new FastDataHistory(settings.FastData);
        var live = ReadLive();
        var newest = history.Exists ? history.Read().FirstOrDefault() : null;
        var generation = newest is null || live is null || newest.Commit == live.Commit ? newest : Find(history, live.Commit);
        if (live is not null && (newest is null || (newest.Commit != live.Commit && newest.Epoch <= live.Epoch)))
        {
            _problems.Add($"The history {(newest is null ? "has no generation that can be read" : $"went back: main is at epoch {newest.Epoch}")}, and epoch {live.Epoch} is live. Nothing can be published. Look with: delivery verify");
        }
        var models = (live?.Models ?? []).Select(Describe).ToList();
        var trained = models.Where(model => model.TrainedUntil is not null).Select(model => (_now - model.TrainedUntil!.Value).TotalSeconds).ToList();
        var (last, failures, missing) = ReadCycles();
        var growth = FolderGrowth.Measure(_layout.Root, settings.Maintenance, _now);
        var tip = newest is null ? FastDataTip.Empty : FastDataTip.Empty with { Epoch = newest.Epoch, Commit = newest.Commit, Control = history.ReadControl(newest.Commit) };
        var control = ReadOrders(tip);
        return new StatusReport
        {
            Folder = _layout.Root,
            AsOf = _now,
            Epoch = live?.Epoch ?? 0,
            Commit = live?.Commit.Hex,
            CommittedAt = live is null ? null : generation?.When,
            AgeSeconds = live is null || generation is null ? null : (_now - generation.When).TotalSeconds,
            Subject = live is null ? null : generation?.Subject,
            PendingCommit = newest is not null && newest.Epoch > (live?.Epoch ?? 0) ? newest.Commit.Hex : null,
            ModelCount = models.Count,
            Models = models,
            NewestTrainedAgeSeconds = trained.Count == 0 ? null : trained.Min(),
            OldestTrainedAgeSeconds = trained.Count == 0 ? null : trained.Max(),
            LastCycle = last,
            ConsecutiveFailures = failures,
            Quarantine = ReadQuarantine(tip),
            Missing = missing,
            Freeze = control?.Freeze is { } freeze ? OrderReport.Of(freeze) : null,
            Pins = [.. (control?.Pins.Values ?? []).OrderBy(pin => pin.Name).Select(PinReport.Of)],
            Retired = [.. (control?.Retired.Values ?? []).OrderBy(model => model.Name).Select(RetiredReport.Of)],
            FolderBytes = SizeOf(_layout.Root),
            RepositoryBytes = SizeOf(_layout.Repository),
            ColdFolder = growth.ColdFolder,
            ColdBytes = growth.ColdBytes,
            ColdIsAway = growth.ColdIsAway,
            GrowthBytesPerDay = growth.BytesPerDay,
            FreeBytes = growth.FreeBytes,
            DiskFullOn = growth.FullOn,
            Problems = _problems,
        };
    }

    private Manifest? ReadLive()
    {
        try
        {
            return Places.Live(new FolderReader(_layout));
        }
        catch (FastDataException e)
        {
            throw new FastDataException($"{e.Message}\nReaders keep what they have. To mend it: delivery verify --repair", e);
        }
    }

    private static Generation? Find(FastDataHistory history, CommitId commit)
    {
        try
        {
            return history.Read(from: commit).First();
        }
        catch (FastDataException)
        {
            return null; // told as a history that went back
        }
    }

    private LiveModelReport Describe(ManifestEntry entry)
    {
        var report = new LiveModelReport(entry.Name.Value, entry.Kind, entry.Content.Hex, entry.Length, null, null);
        var path = _layout.ModelPath(entry);
        try
        {
            var file = File.ReadAllBytes(path);
            if (ContentHash.Of(file) is var found && found != entry.Content) throw new InvalidModelException($"its SHA-256 is {found}; the manifest says {entry.Content}");
            var header = ModelLayout.Read(file).Header;
            return report with { RequestCount = header.RequestCount, TrainedUntil = header.TrainedUntil?.ToDateTimeOffset() };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidModelException)
        {
            _problems.Add($"{path}: {e.Message}");
            return report;
        }
    }

    private (LastCycleReport? Last, int Failures, IReadOnlyList<MissingReport> Missing) ReadCycles()
    {
        var records = new CycleRecords(settings.Updater.RecordsFolder);
        try
        {
            if (records.ReadLatest() is not { } latest) return (null, 0, []);
            // A month back from the latest: missing models are told by the last cycle that got so far.
            var recent = records.Read(latest.Started - TimeSpan.FromDays(31)).ToList();
            var failures = recent.AsEnumerable().Reverse().TakeWhile(record => record.Result == CycleResult.Failed).Count();
            var missing = recent.LastOrDefault(record => record.Models.Count > 0)?.Models.Where(model => model.State == ModelState.Missing) ?? [];
            var outcomes = latest.Models.CountBy(model => model.Outcome).OrderBy(count => count.Key, StringComparer.Ordinal).ToDictionary(count => count.Key, count => count.Value);
            return (
                new LastCycleReport(latest.Cycle, latest.Started, (_now - latest.Started).TotalSeconds, latest.DurationSeconds, latest.Result.ToString(), latest.Error, outcomes),
                failures,
                [.. missing.Select(model => new MissingReport(model.Name, model.MissingSince))]);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            _problems.Add($"The cycle records cannot be read: {e.Message}");
            return (null, 0, []);
        }
    }

    private static List<QuarantineReport> ReadQuarantine(FastDataTip tip) =>
        [.. Quarantine.Read(tip).Select(entry => new QuarantineReport(entry.Name.Value, entry.Content.Hex, entry.Since, entry.Reason))];

    private ControlState? ReadOrders(FastDataTip tip)
    {
        try
        {
            return ControlState.Read(tip, _now);
        }
        catch (FastDataException e)
        {
            _problems.Add(e.Message);
            return null;
        }
    }

    private static long SizeOf(string folder)
    {
        if (!Directory.Exists(folder)) return 0;
        var all = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        // A publish that runs beside us removes files between the listing and the look.
        return new DirectoryInfo(folder).EnumerateFiles("*", all).Sum(file => file.Exists ? file.Length : 0);
    }
}
