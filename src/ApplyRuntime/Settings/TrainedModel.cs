using Delivery.Models;

namespace Delivery.ApplyRuntime.Settings;

/// <summary>What applying needs to know of an entry of <c>TrainModels</c>; the rest is the trainer's.</summary>
/// <param name="Name">The model.</param>
/// <param name="ClassNumber">Classes, "not shown" included; null when the entry does not say.</param>
/// <param name="UseLocalRandom">It learns from the randomisation of others.</param>
public sealed record TrainedModel(ModelName Name, int? ClassNumber, bool UseLocalRandom);
