using System.Reflection;

namespace Microsoft.ML.Similarity.Tests.Architecture;

/// <summary>What a type names in its code, its signatures, its base list and its attributes.</summary>
internal static class References
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>Types, methods and fields, each as it is defined: generic ones without their arguments.</summary>
    public static IReadOnlySet<MemberInfo> Of(Type type)
    {
        var found = new HashSet<MemberInfo>();
        AddType(found, type.BaseType);
        foreach (var implemented in BaseList.Interfaces(type))
        {
            AddType(found, implemented);
            found.UnionWith(implemented.GetMethods().Select(Definition));
        }
        AddConstraints(found, type.IsGenericTypeDefinition ? type.GetGenericArguments() : []);
        AddAttributes(found, type.GetCustomAttributesData());
        foreach (var member in type.GetMembers(Declared))
        {
            AddAttributes(found, member.GetCustomAttributesData());
            if (member is FieldInfo field)
                AddType(found, field.FieldType);
            else if (member is MethodBase method)
                AddMethod(found, method);
        }
        return found;
    }

    /// <summary>What the attributes of an assembly itself name.</summary>
    public static IReadOnlySet<MemberInfo> Of(Assembly assembly)
    {
        var found = new HashSet<MemberInfo>();
        AddAttributes(found, assembly.GetCustomAttributesData());
        return found;
    }

    /// <summary>The types that a signature is made of: <c>Dictionary&lt;string, X[]&gt;</c> gives three.</summary>
    public static IEnumerable<Type> Parts(Type? type)
    {
        if (type is null || type.IsGenericParameter)
            return [];
        if (type.HasElementType)
            return Parts(type.GetElementType());
        if (type.IsFunctionPointer)
            return type.GetFunctionPointerParameterTypes().Append(type.GetFunctionPointerReturnType()).SelectMany(Parts);
        return type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()) : [type];
    }

    public static IEnumerable<Type> Signature(MethodBase method) =>
        method.GetParameters().Select(p => p.ParameterType)
            .Concat(method is MethodInfo { ReturnType: var returned } ? [returned] : [])
            .SelectMany(Parts);

    private static void AddMethod(HashSet<MemberInfo> found, MethodBase method)
    {
        found.UnionWith(Signature(method));
        var methodArguments = method.IsGenericMethodDefinition ? method.GetGenericArguments() : null;
        AddConstraints(found, methodArguments ?? []);
        if (method is MethodInfo { IsVirtual: true } overriding && overriding.GetBaseDefinition() is var overridden && overridden != method)
            found.Add(Definition(overridden));
        if (method.GetMethodBody() is not { } body)
            return;

        foreach (var local in body.LocalVariables)
            AddType(found, local.LocalType);
        foreach (var clause in body.ExceptionHandlingClauses.Where(c => c.Flags == ExceptionHandlingClauseOptions.Clause))
            AddType(found, clause.CatchType);
        var typeArguments = method.DeclaringType!.IsGenericTypeDefinition ? method.DeclaringType.GetGenericArguments() : null;
        foreach (var token in IlTokens.Of(body.GetILAsByteArray()!))
            AddMember(found, method.Module.ResolveMember(token, typeArguments, methodArguments)!);
    }

    private static void AddMember(HashSet<MemberInfo> found, MemberInfo member)
    {
        if (member is Type type)
        {
            AddType(found, type);
            return;
        }
        AddType(found, member.DeclaringType);
        if (member is MethodInfo { IsGenericMethod: true } generic)
            found.UnionWith(generic.GetGenericArguments().SelectMany(Parts));
        if (member.DeclaringType is { IsArray: true })
            return;
        var definition = Definition(member);
        found.Add(definition);
        if (definition is MethodBase method)
            found.UnionWith(Signature(method));
        else
            AddType(found, ((FieldInfo)definition).FieldType);
    }

    private static void AddConstraints(HashSet<MemberInfo> found, Type[] parameters) =>
        found.UnionWith(parameters.SelectMany(p => p.GetGenericParameterConstraints()).SelectMany(Parts));

    private static void AddAttributes(HashSet<MemberInfo> found, IEnumerable<CustomAttributeData> attributes)
    {
        foreach (var attribute in attributes)
        {
            AddMember(found, attribute.Constructor);
            foreach (var value in attribute.ConstructorArguments.Concat(attribute.NamedArguments.Select(n => n.TypedValue)))
                AddType(found, value.Value as Type);
        }
    }

    private static void AddType(HashSet<MemberInfo> found, Type? type) => found.UnionWith(Parts(type));

    private static MemberInfo Definition(MemberInfo member) => member.Module.ResolveMember(member.MetadataToken)!;
}
