using Delivery.ApplyRuntime.Settings;

namespace Delivery.ApplyRuntime.Sources;

/// <summary>The sources beside the folder that a runtime was opened with, and their threads. Without such a source there is no thread.</summary>
internal sealed class SourceThreads : IDisposable
{
    private readonly PulledModels? _pulled;
    private readonly Puller? _puller;
    private readonly DocumentModels? _documents;

    public SourceThreads(RuntimeOptions options, ConfigurationSlot configurations)
    {
        if (options.TrainingModels is { } training)
        {
            _pulled = new PulledModels();
            _puller = new Puller(training, options.TrainingModelPulls, configurations, _pulled, options.Time);
        }
        if (options.DocumentModels is { } documents) _documents = new DocumentModels(documents, options.Time);
        Others = new OtherSources(_pulled, _documents);
    }

    /// <summary>For requests.</summary>
    public OtherSources Others { get; }

    public IReadOnlyList<PulledModelStatus> TrainingModels => _pulled is null ? [] : [.. _pulled.Table.Values.Select(model => model.Status).OrderBy(status => status.Name)];

    public DocumentModelsStatus? DocumentModels => _documents?.Status;

    public void Start()
    {
        _puller?.Start();
        _documents?.Start();
    }

    public string? Admit(in DocumentModel model) =>
        (_documents ?? throw new InvalidOperationException($"{nameof(RuntimeOptions)}.{nameof(RuntimeOptions.DocumentModels)} is not set: this runtime takes no models from documents.")).Admit(model);

    public void Dispose()
    {
        _puller?.Dispose();
        _documents?.Dispose();
    }
}
