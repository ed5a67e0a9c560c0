using Delivery.ApplyRuntime.Logging;
using Delivery.ApplyRuntime.Observing;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Sources;
using Delivery.FastData.Acknowledging;
using Delivery.FastData.Signing;
using Delivery.Models.Sources;

namespace Delivery.ApplyRuntime;

/// <summary>How a runtime follows its folder. Immutable: derive variants with <c>with</c>.</summary>
public sealed record RuntimeOptions
{
    /// <summary>Pause between two looks at CURRENT, which find what no event announced. Default 1 s; 1 ms to 1 h.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether file events shorten the wait for the next look. Default true. Where the system has none to give, the poll alone serves.</summary>
    public bool UseFileEvents { get; init; } = true;

    /// <summary>Pause before what could not be loaded is tried again; it doubles each time. Default 1 s; more than 0. A new generation is tried at once.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such pause. Default 30 s; at least <see cref="RetryAfter"/>.</summary>
    public TimeSpan RetryAtMost { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Report leases of <see cref="ModelRuntime.Lease"/> that hold an old generation for longer than this, with the place where they were taken,
    /// in <see cref="RuntimeStatus.OverdueLeases"/>. Default null: nothing is recorded, and a lease costs what it always costs. Asked for, each
    /// lease allocates about 150 bytes and writes to memory that all cores share: for finding a mistake, not for every day. More than 0.
    /// </summary>
    public TimeSpan? ReportLeasesAfter { get; init; }

    /// <summary>How long closing waits for leases that are still held; what is leased after that stays mapped. Default 2 s; 0 to 1 h.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether models are mapped or copied. Default: by size.</summary>
    public ModelMemoryMode Memory { get; init; } = ModelMemoryMode.BySize;

    /// <summary>
    /// With <see cref="ModelMemoryMode.BySize"/>, bytes from which on a model is mapped. Default 4 MiB; not negative. Up to a few MiB a
    /// copy costs as little as a mapping, its slowest loads are faster, and nothing that happens to the file can touch it; mapping pays
    /// when several processes on one machine share large models.
    /// </summary>
    public long MapFrom { get; init; } = 4 << 20;

    /// <summary>
    /// Whether models that are to be mapped are copied to a local disk first. Default: when the folder lies on a network file system, of
    /// which nothing is ever mapped, since a lost connection would end the process. Models that are copied anyway need no local file.
    /// </summary>
    public LocalCopyMode LocalCopies { get; init; } = LocalCopyMode.Auto;

    /// <summary>
    /// A local directory for these copies. Default: the system's temporary directory. Each process has a folder of its own in it, readable by its
    /// user alone, and deletes those that dead processes left.
    /// </summary>
    public string? LocalCopyFolder { get; init; }

    /// <summary>
    /// Bytes that models may take, of the generation in use, of those that leases still hold and of the one to be loaded together; a model that two
    /// of them share counts once. A generation that does not fit is refused as a whole, the first one too, and tried again when memory has become
    /// free; what is in use stays. Default: the load at which the garbage collector calls memory short, about 90 % of what the machine has or the
    /// container may take. At least 1; <see cref="long.MaxValue"/> for no limit.
    /// </summary>
    public long? MemoryBudget { get; init; }

    /// <summary>
    /// Whose signature a generation needs. Null (the default) checks none. With a policy, a generation that is unsigned, wrongly signed,
    /// signed by a key that is not allowed, or older than one seen before is refused: what is in use stays, and the status says why.
    /// </summary>
    public TrustPolicy? Trust { get; init; }

    /// <summary>
    /// A file with the settings of <c>ApplyModels</c>, followed by its content at every look; <see cref="ApplyConfigurationReader"/> says
    /// what may stand in it. Default none. A new file that cannot be used is told in <see cref="RuntimeStatus.Configuration"/> and changes nothing.
    /// </summary>
    public string? ApplyModelsFile { get; init; }

    /// <summary>The same settings made in code; <see cref="ModelRuntime.Configure"/> replaces them. Default none. Not together with <see cref="ApplyModelsFile"/>.</summary>
    public ApplyConfiguration? ApplyModels { get; init; }

    /// <summary>Refuse settings that are for experiments only: models taken straight from the training store. Default no.</summary>
    public bool Production { get; init; }

    /// <summary>
    /// Where models with the source <c>rtmr</c> are pulled from, in the background: as <c>TrainingStoreModelSource</c> over a training store. Default
    /// none: such applications fall back. Not owned; not together with <see cref="Production"/>.
    /// </summary>
    public IModelSource? TrainingModels { get; init; }

    /// <summary>How they are pulled.</summary>
    public TrainingModelOptions TrainingModelPulls { get; init; } = new();

    /// <summary>Take models that come with documents, for applications with the source <c>doc_attr</c>, and how many. Default null: such applications fall back.</summary>
    public DocumentModelOptions? DocumentModels { get; init; }

    /// <summary>Takes the randomised decisions, as <see cref="RequestLog"/> does. Default none: nothing is logged, so nothing can be learned. Not owned.</summary>
    public IDecisionSink? Decisions { get; init; }

    /// <summary>
    /// Takes the readable form of what was logged, or would be, for requests that ask for it with the flag <c>scheme_Local/BlenderOnlineLearning_dbg=1</c>
    /// in their override. Default none. Called on the thread of the request, which pays for it; what it throws is dropped.
    /// </summary>
    public Action<string>? Debug { get; init; }

    /// <summary>The clock of ages and pauses, and of requests that bring no time. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Called on the loader thread after each swap, the first included, with the status right after it. Default none. The next
    /// reload waits until it returns; what it throws becomes <see cref="RuntimeStatus.LastError"/>.
    /// </summary>
    public Action<RuntimeStatus>? Applied { get; init; }

    /// <summary>From where on <see cref="ModelRuntime.Health"/> says that the runtime is not healthy.</summary>
    public HealthLimits Health { get; init; } = new();

    /// <summary>Most models whose trained age has a measurement of its own, with the model as a tag: the first by name. Default 0, none; at most 10,000. See docs/observe.md.</summary>
    public int ModelAges { get; init; }

    /// <summary>
    /// A directory, shared with other processes and hosts, where this runtime keeps one small file that says what it has in use. Default none.
    /// Made when it is not there; not inside the fast-data folder. A failure to write never disturbs anything: <see cref="RuntimeStatus.Acknowledgement"/> tells it.
    /// </summary>
    public string? Acknowledgements { get; init; }

    /// <summary>How often that file gets a sign of life. Default 1 min; 100 ms to 1 h.</summary>
    public TimeSpan AcknowledgementHeartbeat { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The same, and what is wrong with that folder in particular.</summary>
    internal IEnumerable<string> Problems(string fastDataFolder)
    {
        foreach (var problem in Problems()) yield return problem;
        foreach (var problem in Trust?.Problems(fastDataFolder) ?? []) yield return problem;
        if (Acknowledgements is { } directory && AcknowledgementFolder.Problem(directory, fastDataFolder) is { } wrong) yield return $"{nameof(Acknowledgements)} is {wrong}";
    }

    /// <summary>Every mistake with the value found; none when usable.</summary>
    public IEnumerable<string> Problems()
    {
        if (Production && TrainingModels is not null) yield return $"{nameof(TrainingModels)} is given, but {nameof(Production)} is set: a production process takes no model past the folder.";
        foreach (var problem in TrainingModelPulls.Problems()) yield return $"{nameof(TrainingModelPulls)}.{problem}";
        foreach (var problem in DocumentModels?.Problems() ?? []) yield return $"{nameof(DocumentModels)}.{problem}";
        var hour = TimeSpan.FromHours(1);
        if (PollInterval < TimeSpan.FromMilliseconds(1) || PollInterval > hour) yield return $"{nameof(PollInterval)} is {PollInterval}; it must be 1 ms to 1 h.";
        if (RetryAfter <= TimeSpan.Zero) yield return $"{nameof(RetryAfter)} is {RetryAfter}; it must be more than 0.";
        if (RetryAtMost < RetryAfter) yield return $"{nameof(RetryAtMost)} is {RetryAtMost}; it must be at least {nameof(RetryAfter)}, which is {RetryAfter}.";
        if (ApplyModelsFile is not null && string.IsNullOrWhiteSpace(ApplyModelsFile)) yield return $"{nameof(ApplyModelsFile)} is empty; it must be a file or nothing.";
        if (ApplyModelsFile is not null && ApplyModels is not null) yield return $"{nameof(ApplyModels)} and {nameof(ApplyModelsFile)} are both given; it must be one of them.";
        if (ReportLeasesAfter <= TimeSpan.Zero) yield return $"{nameof(ReportLeasesAfter)} is {ReportLeasesAfter}; it must be more than 0, or nothing.";
        if (!Enum.IsDefined(Memory)) yield return $"{nameof(Memory)} is {Memory}; it must be one of {string.Join(", ", Enum.GetNames<ModelMemoryMode>())}.";
        if (MapFrom < 0) yield return $"{nameof(MapFrom)} is {MapFrom}; it must be 0 bytes or more.";
        if (MemoryBudget < 1) yield return $"{nameof(MemoryBudget)} is {MemoryBudget}; it must be 1 byte or more, or nothing.";
        if (!Enum.IsDefined(LocalCopies)) yield return $"{nameof(LocalCopies)} is {LocalCopies}; it must be one of {string.Join(", ", Enum.GetNames<LocalCopyMode>())}.";
        if (LocalCopyFolder is not null && string.IsNullOrWhiteSpace(LocalCopyFolder)) yield return $"{nameof(LocalCopyFolder)} is empty; it must be a directory or nothing.";
        if (DrainTimeout < TimeSpan.Zero || DrainTimeout > hour) yield return $"{nameof(DrainTimeout)} is {DrainTimeout}; it must be 0 to 1 h.";
        if (AcknowledgementHeartbeat < TimeSpan.FromMilliseconds(100) || AcknowledgementHeartbeat > hour) yield return $"{nameof(AcknowledgementHeartbeat)} is {AcknowledgementHeartbeat}; it must be 100 ms to 1 h.";
        if (ModelAges is < 0 or > 10_000) yield return $"{nameof(ModelAges)} is {ModelAges}; it must be 0 to 10000.";
        foreach (var problem in Health.Problems()) yield return $"{nameof(Health)}.{problem}";
    }
}
