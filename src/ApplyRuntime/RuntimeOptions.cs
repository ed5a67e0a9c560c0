using Delivery.ApplyRuntime.Logging;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Sources;
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

    /// <summary>How long closing waits for leases that are still held; what is leased after that stays mapped. Default 2 s; 0 to 1 h.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(2);

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
        if (DrainTimeout < TimeSpan.Zero || DrainTimeout > hour) yield return $"{nameof(DrainTimeout)} is {DrainTimeout}; it must be 0 to 1 h.";
    }
}
