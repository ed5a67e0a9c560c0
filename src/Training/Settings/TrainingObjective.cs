namespace Delivery.Training.Settings;

/// <summary>What a softmax trainer improves, and its name in settings and in a model's header.</summary>
public enum TrainingObjective
{
    /// <summary><c>policy_gradient</c>: the value of the policy, with a baseline. Bounded for negative rewards too.</summary>
    PolicyGradient,

    /// <summary><c>ips_ce</c>: importance-weighted cross-entropy of the class shown. A negative reward counts as 0, since the loss has no lower bound for it.</summary>
    IpsCrossEntropy,
}

/// <summary>The names of <see cref="TrainingObjective"/>.</summary>
public static class TrainingObjectives
{
    /// <summary>All names, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["policy_gradient", "ips_ce"];

    public static string Name(this TrainingObjective objective) => Names[(int)objective];

    /// <summary>Null for an unknown name.</summary>
    public static TrainingObjective? Find(string name) => Names.ToList().IndexOf(name) is >= 0 and var index ? (TrainingObjective)index : null;
}
