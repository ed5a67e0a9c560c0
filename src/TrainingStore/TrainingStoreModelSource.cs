using Delivery.Models;
using Delivery.Models.Sources;

namespace Delivery.TrainingStore;

/// <summary>The exported models of a training store, for a runtime that takes models straight from there (<c>rtmr</c>). Any thread.</summary>
/// <param name="store">Not owned.</param>
public sealed class TrainingStoreModelSource(ITrainingStore store) : IModelSource
{
    public async ValueTask<SourcedModel?> GetAsync(ModelName name, CancellationToken cancellationToken) =>
        await store.GetModelAsync(name, cancellationToken) is { } model ? new SourcedModel(model.File, model.SavedAt) : null;
}
