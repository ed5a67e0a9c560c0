namespace Delivery.ApplyRuntime.Settings;

/// <summary>Where the model of an application comes from.</summary>
public enum ModelSource
{
    /// <summary><c>rtmr</c>: straight from the training store, pulled in the background. The least delay, past the gate and the history: for experiments.</summary>
    Rtmr,

    /// <summary><c>fast_data</c>: the folder that is followed. For production.</summary>
    FastData,

    /// <summary><c>doc_attr</c>: comes with the document.</summary>
    DocAttr,
}

/// <summary>What a page must have for a model to be applied to it.</summary>
public enum ApplyCondition
{
    /// <summary><c>has_doc</c>: a document of the vertical.</summary>
    HasDoc,

    /// <summary><c>has_intent</c>: the vertical in the blender, with a document or without.</summary>
    HasIntent,

    /// <summary><c>always</c>: nothing.</summary>
    Always,
}

/// <summary>How the request count enters the explore probability.</summary>
public enum RandomProbFunc
{
    /// <summary><c>sqrt</c>: √n.</summary>
    Sqrt,

    /// <summary><c>log</c>: ln n, which at n = 0 has no value: the probability is 1 there.</summary>
    Log,

    /// <summary><c>id</c>: n.</summary>
    Id,

    /// <summary><c>log1p</c>: ln(1 + n).</summary>
    Log1p,
}

/// <summary>The words that settings use.</summary>
public static class SettingWords
{
    /// <summary>Of <see cref="ModelSource"/>, in its order.</summary>
    public static IReadOnlyList<string> Sources { get; } = ["rtmr", "fast_data", "doc_attr"];

    /// <summary>Of <see cref="ApplyCondition"/>, in its order.</summary>
    public static IReadOnlyList<string> Conditions { get; } = ["has_doc", "has_intent", "always"];

    /// <summary>Of <see cref="RandomProbFunc"/>, in its order.</summary>
    public static IReadOnlyList<string> Functions { get; } = ["sqrt", "log", "id", "log1p"];

    public static string Word(this ModelSource source) => Sources[(int)source];

    public static string Word(this ApplyCondition condition) => Conditions[(int)condition];

    public static string Word(this RandomProbFunc function) => Functions[(int)function];
}
