using Delivery.ApplyRuntime.Settings;

namespace Delivery.ApplyRuntime.Tests.Settings;

public sealed class ApplyModelTests
{
    [Fact]
    public void The_hash_of_the_settings_follows_from_what_they_say_and_not_from_how()
    {
        var one = ApplyConfiguration.Parse("""{"ApplyModels":{"m":{"Intent":"NEWS","UseLocalRandom":true,"FallBackBlenderPos":2}},"TrainModels":{"m":{"ClassNumber":11}}}""").Models[0];
        var other = ApplyConfiguration.Parse("""
            # the same in lines, beside another model
            scheme_Local/BlenderOnlineLearning/ApplyModels/m={"FallBackBlenderPos":2,"ClassNumber":11,"ApplyPriority":1, "Intent":"NEWS","UseLocalRandom":1,"ModelSource":"rtmr"}
            scheme_Local/BlenderOnlineLearning/ApplyModels/other={"Intent":"NEWS"}
            """).Models[0];

        other.ConfigHash().Should().Be(one.ConfigHash());
        one.ConfigHash().Should().Be(11_912_671_089_304_835_231, "a log is read years later");
    }

    [Fact]
    public void Every_setting_has_a_part_in_it()
    {
        var m = Examples.Random();
        var r = m.RandomizeParams!;
        ApplyModel[] models =
        [
            m, m with { Intent = "VIDEO" }, m with { ModelSource = ModelSource.Rtmr }, m with { FallBackBlenderPos = 1 }, m with { Locales = ["ru"] }, m with { UserInterfaces = ["ru"] },
            m with { ApplyCondition = ApplyCondition.HasIntent }, m with { ApplyPriority = 2 }, m with { UseLocalRandom = true }, m with { ClassNumber = 5 }, m with { NotShownThreshold = 0.7 }, m with { RandomizeParams = null },
            .. new RandomizeParams[]
            {
                r with { RandomizeBundle = "positional_random" }, r with { FullRandomReqCount = 7 }, r with { RandomProbA = 7 }, r with { RandomProbB = 7 }, r with { RandomProbFunc = RandomProbFunc.Log },
                r with { MinRandomProb = 0.7 }, r with { FixedPosReqCount = 7 }, r with { FixedPos = 0 }, r with { RandomSaltMinutes = 7 }, r with { UniformShare = 0.7 }, r with { LocalRadius = 7 },
            }.Select(changed => m with { RandomizeParams = changed }),
        ];

        models.Select(model => model.ConfigHash()).Should().OnlyHaveUniqueItems();
        typeof(ApplyModel).GetProperties().Length.Should().Be(12, "a new setting needs a part in the hash, and a line here");
        typeof(RandomizeParams).GetProperties().Length.Should().Be(11, "a new setting needs a part in the hash, and a line here");
    }
}
