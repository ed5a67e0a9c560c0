using Delivery.ApplyRuntime.Settings;
using Delivery.Models;

namespace Delivery.ApplyRuntime.Tests.Settings;

/// <summary>Settings as users write them, and small ones made in code.</summary>
internal static class Examples
{
    /// <summary>A model in production, number that ends in its point included.</summary>
    public const string News = """
        {"Intent":"NEWS_WIZARD","ModelSource":"fast_data","FallBackBlenderPos":2,
         "RandomizeParams":{"RandomizeBundle":"positional_local_random_hard","FullRandomReqCount":10000,"RandomProbA":20.,"RandomProbFunc":"sqrt",
                            "MinRandomProb":0.05,"FixedPosReqCount":1000,"FixedPos":2}}
        """;

    public const string NewsTraining = """
        {"Intent":"NEWS_WIZARD","FeatureSources":["dssm_query_bigram","dssm_serp_bigram","constant"],"FeatureCount":601,
         "ClassNumber":11,"BatchSize":30,"LearningRate":0.1,"EvaluateWindowSize":300}
        """;

    /// <summary>Applied always, from fast-data, without exploration.</summary>
    public static ApplyModel Plain(string name = "news", string intent = "NEWS") =>
        new() { Name = ModelName.Parse(name), Intent = intent, ModelSource = ModelSource.FastData, ApplyCondition = ApplyCondition.Always };

    /// <summary>The same, randomised always.</summary>
    public static ApplyModel Random(string name = "news", string intent = "NEWS", string bundle = "positional_local_random") =>
        Plain(name, intent) with { ClassNumber = 4, RandomizeParams = new RandomizeParams { RandomizeBundle = bundle, MinRandomProb = 1 } };
}
