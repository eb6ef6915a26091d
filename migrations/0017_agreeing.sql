-- What a colleague writes down of a customer's consent, and invitations: links that bring a known customer to a channel.

-- A customer agreed to be written to on a channel, as a colleague was told. 'kept': it stands now; 'known': it was agreed before;
-- 'refused': the customer said no to us there, and only he can take that back.
CREATE FUNCTION record_consent(p_identity uuid, p_channel uuid, p_how text, p_agent uuid) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO consent AS c (identity_id, channel_id, given, reason, agent_id) VALUES (p_identity, p_channel, true, p_how, p_agent)
        ON CONFLICT (identity_id, channel_id) DO UPDATE
            SET given = true, reason = EXCLUDED.reason, text = '', at = now(), agent_id = EXCLUDED.agent_id
            WHERE c.reason = 'taken_back';
    IF NOT FOUND THEN
        RETURN (SELECT CASE WHEN c.given THEN 'known' ELSE 'refused' END FROM consent c WHERE c.identity_id = p_identity AND c.channel_id = p_channel);
    END IF;
    INSERT INTO event (type, actor_kind, actor, customer, channel, data)
        SELECT 'consent.given', 'human', p_agent, i.customer_id, p_channel, jsonb_build_object('identity', i.id, 'reason', p_how)
        FROM identity i WHERE i.id = p_identity;
    RETURN 'kept';
END
$$;

-- What a colleague wrote down does not hold any more. False when nobody had written anything down.
CREATE FUNCTION take_consent_back(p_identity uuid, p_channel uuid, p_agent uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE consent c SET given = false, reason = 'taken_back', at = now(), agent_id = p_agent
        WHERE c.identity_id = p_identity AND c.channel_id = p_channel AND c.given AND c.agent_id IS NOT NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO event (type, actor_kind, actor, customer, channel, data)
        SELECT 'consent.withdrawn', 'human', p_agent, i.customer_id, p_channel, jsonb_build_object('identity', i.id, 'reason', 'taken_back')
        FROM identity i WHERE i.id = p_identity;
    RETURN true;
END
$$;

-- An invitation leads one person to one customer, once.
CREATE TABLE invitation (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    customer_id uuid NOT NULL REFERENCES customer,
    channel_id  uuid NOT NULL REFERENCES channel,
    agent_id    uuid NOT NULL REFERENCES agent,
    made_at     timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    identity_id uuid REFERENCES identity ON DELETE SET NULL     -- who followed it
);
CREATE INDEX invitation_customer ON invitation (customer_id);
CREATE INDEX invitation_identity ON invitation (identity_id) WHERE identity_id IS NOT NULL;

-- Whether two are two people: each has an account of the shop, and not the same.
CREATE FUNCTION have_other_accounts(p_one uuid, p_other uuid) RETURNS boolean STABLE LANGUAGE sql AS $$
    WITH account AS (
        SELECT i.value, c.root_id FROM customer asked JOIN customer c ON c.root_id = asked.root_id JOIN identity i ON i.customer_id = c.id
        WHERE asked.id IN (p_one, p_other) AND i.kind = 'account' AND i.evidence = 'signed'
    )
    SELECT EXISTS (SELECT 1 FROM account a JOIN account b ON a.root_id <> b.root_id AND a.value <> b.value)
$$;

-- Joins whoever followed an invitation to the customer who was invited. One that was used, or was made for another channel, says nothing.
CREATE FUNCTION accept_invitations(p_channel uuid, p_identity uuid, p_proves jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    proof jsonb;
    guest uuid;
    host uuid;
BEGIN
    FOR proof IN SELECT * FROM jsonb_array_elements(p_proves) one WHERE one->>'kind' = 'invitation' AND pg_input_is_valid(one->>'value', 'uuid') LOOP
        UPDATE invitation v SET used_at = now(), identity_id = p_identity
            WHERE v.id = (proof->>'value')::uuid AND v.channel_id = p_channel AND v.used_at IS NULL RETURNING v.customer_id INTO host;
        SELECT i.customer_id INTO guest FROM identity i WHERE i.id = p_identity;
        IF host IS NOT NULL AND NOT have_other_accounts(guest, host) THEN
            PERFORM join_customers(guest, host, 'invited', 'system', NULL);
        END IF;
    END LOOP;
END
$$;
