using Delivery.Cli;
using Delivery.Cli.Demo;
using Delivery.Cli.Verbs;

// One line a verb, in the order in which the help lists them.
return await CommandLine.RunAsync(
    args,
    [
        DemoCommand.Create(),
        UpdateVerb.Create(),
        ServeVerb.Create(),
        StatusVerb.Create(),
        HistoryVerb.Create(),
        ShowVerb.Create(),
        DiffVerb.Create(),
        WhenVerb.Create(),
        LiveVerb.Create(),
        BlameVerb.Create(),
        VerifyVerb.Create(),
        ReleaseVerb.Create(),
        RollbackVerb.Create(),
        PinVerb.Create(),
        UnpinVerb.Create(),
        FreezeVerb.Create(),
        ThawVerb.Create(),
        RetireVerb.Create(),
        UnretireVerb.Create(),
        MaintainVerb.Create(),
        FollowVerb.Create(),
        MirrorVerb.Create(),
        StoreVerb.Create(),
        EventsVerb.Create(),
    ]);
